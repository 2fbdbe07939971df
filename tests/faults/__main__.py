"""`python tests/faults`: put every stage through every fault, and print the tables."""

import argparse
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

import kills  # noqa: E402
import mother  # noqa: E402
from cutdown import FIELDS, SETS, jobs, write_params  # noqa: E402

if __name__ == "__main__":
    root = Path(tempfile.mkdtemp())
    write_params(root / "imports", FIELDS, SETS)
    mother.prepare_imports(root / "imports")
    import time
    for study in (SETS, FIELDS):
        place = kills.undisturbed(root / study, study)
        print({str(j): (round(place.seconds[j], 2), place.operations[j]) for j in place.seconds})
        for job in jobs(study):
            for n in range(6):
                t=time.time()
                try:
                    print(job, n, kills.point(place, job, n, root / study), round(time.time()-t, 2), flush=True)
                except kills.LostError as e:
                    print("LOST", str(e)[-1500:], flush=True)
