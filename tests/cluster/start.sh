# First process of namespaces of its own: `start.sh STATE`. All daemons, and all that they start, end with it.
# The plugin lets no job choose its slurm.conf, so the one in STATE/etc stands for /etc/slurm, seen only in here.
set -eu
mount --make-rprivate /
mount --bind "$1/etc" /etc/slurm
munged --foreground --key-file="$1/munge.key" --socket="$1/munge.socket" --pid-file="$1/munged.pid" \
    --log-file="$1/munged.log" --seed-file="$1/munged.seed" &
slurmctld -D &
slurmd -D &
wait
