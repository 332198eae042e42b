"""Starts `main.py` as it is, with settings from the environment alone: no `.env` is read.

`prove` and the developers' tests run the pages of a project in its own folder, whose `.env` may name the database in
use: python -m ui.prove.clean run --pages FILE --port PORT
"""

import os
import signal
import threading

from auth.settings import Settings


def start() -> None:
    """Run the command line of this process, until its starter is gone."""
    without_env_file()
    threading.Thread(target=_follow_starter, name='starter', daemon=True).start()
    from main import main  # the composition root: this is a program that starts it, as a shell would

    main()


def without_env_file() -> None:
    Settings.model_config['env_file'] = None


def _follow_starter() -> None:
    """Standard input ends with whoever started this, however that ended: nothing is left running."""
    while os.read(0, 1):  # not sys.stdin: a thread that waits in it breaks Python's own end
        pass
    os.kill(os.getpid(), signal.SIGTERM)


if __name__ == '__main__':
    start()
