"""The warm start: `equidyn warm COMMAND...` runs COMMAND and saves the stages that it starts their imports.

Three processes: `equidyn warm` itself (start.py), one server that has imported torch and the stages (server.py), and
for each job the small process that the engine started (client.py), which hands its work to a fork of the server. A
convenience only: a job that would not be the same in a fork, or that finds no server, runs by itself, as without.
"""

VARIABLE = "EQUIDYN_WARM"  # in the environment of COMMAND: the path of the server's socket
STARTED, AGAIN, ALONE = b"s", b"a", b"n"  # answers to a request; after STARTED comes one byte, the job's exit status
INTERRUPT = b"i"  # from a client: it got SIGINT, and so shall the job
