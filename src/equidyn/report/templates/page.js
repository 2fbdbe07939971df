// What a page can do beyond being read: light or dark, contents on a phone, search, and the ledger's order and filter.
// Without it every page shows all that it has.
(() => {
  const root = document.documentElement;
  const store = { get: () => { try { return localStorage.getItem("theme"); } catch { return null; } },
                  set: (value) => { try { localStorage.setItem("theme", value); } catch { /* a page from a file */ } } };
  const dark = () => root.dataset.theme ? root.dataset.theme === "dark" : matchMedia("(prefers-color-scheme: dark)").matches;
  if (store.get()) root.dataset.theme = store.get();
  root.classList.add("js");

  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const one = (selector) => document.querySelector(selector);
  const words = (text) => text.toLowerCase().split(/\s+/).filter(Boolean);
  const has = (text, wanted) => wanted.every((word) => text.toLowerCase().includes(word));

  const open = (body, wanted) => {
    body.classList.toggle("open", wanted);
    one(`[aria-controls="detail-${body.id.slice(6)}"]`).setAttribute("aria-expanded", wanted);
  };

  // What an address leads to is shown, wherever it is folded.
  const reveal = () => {
    const target = location.hash.length > 1 && document.getElementById(decodeURIComponent(location.hash.slice(1)));
    if (!target) return;
    if (target.matches("tbody")) { target.hidden = false; open(target, true); }
    for (let part = target; part; part = part.parentElement) if (part.matches("details")) part.open = true;
    target.scrollIntoView();
  };

  const sort = (button) => {
    const head = button.closest("th"), table = button.closest("table"), column = head.cellIndex;
    const down = head.getAttribute("aria-sort") === "ascending" ? -1 : 1;
    all("th", table.tHead).forEach((other) => other.removeAttribute("aria-sort"));
    head.setAttribute("aria-sort", down > 0 ? "ascending" : "descending");
    const value = (body) => body.rows[0].cells[column].innerText.trim();
    const order = new Intl.Collator("en", { numeric: true });
    const number = (text) => parseFloat(text.replace("−", "-"));
    const compare = (a, b) => {
      if (button.dataset.kind !== "number") return down * order.compare(value(a), value(b));
      const [x, y] = [number(value(a)), number(value(b))];
      return Number.isNaN(x) ? (Number.isNaN(y) ? 0 : 1) : Number.isNaN(y) ? -1 : down * (x - y);
    };
    table.append(...[...table.tBodies].sort(compare));
  };

  const filter = () => {
    const wanted = words(one("#filter").value), verdict = one("#verdict").value, bodies = all("#claims > tbody");
    bodies.forEach((body) => {
      body.hidden = !(has(body.textContent, wanted) && (!verdict || body.dataset.verdict === verdict));
    });
    one("#count").textContent = `${bodies.filter((body) => !body.hidden).length} of ${bodies.length} claims`;
  };

  const find = (input) => {
    const wanted = words(input.value);
    all("#contents li").forEach((item) => { item.hidden = wanted.length > 0 && !has(item.textContent, wanted); });
    all("#found li").forEach((item) => { item.hidden = wanted.length === 0 || !has(item.textContent, wanted); });
  };

  addEventListener("DOMContentLoaded", () => {
    one("button.theme").onclick = () => { root.dataset.theme = dark() ? "light" : "dark"; store.set(root.dataset.theme); };
    const menu = one("button.menu");
    const show = (wanted) => { one("nav").classList.toggle("open", wanted); menu.setAttribute("aria-expanded", wanted); };
    menu.onclick = () => show(menu.getAttribute("aria-expanded") !== "true");
    one("#contents").onclick = (event) => { if (event.target.matches("a")) show(false); };
    one(".find input").oninput = (event) => find(event.target);
    addEventListener("hashchange", reveal);
    if (one("#claims")) {
      one(".filter").hidden = false;
      all("#claims thead button").forEach((button) => { button.onclick = () => sort(button); });
      all("#claims > tbody").forEach((body) => {
        one(`#${body.id} .claim button`).onclick = () => open(body, !body.classList.contains("open"));
      });
      all("a[data-verdict]").forEach((link) => link.addEventListener("click", () => {
        one("#verdict").value = link.dataset.verdict;
        filter();
      }));
      one("#filter").oninput = one("#verdict").onchange = filter;
      filter();
    }
    reveal();
  });

  // On paper nothing is folded.
  let closed = [];
  addEventListener("beforeprint", () => {
    closed = all("details:not([open])");
    closed.forEach((part) => { part.open = true; });
  });
  addEventListener("afterprint", () => closed.forEach((part) => { part.open = false; }));
})();
