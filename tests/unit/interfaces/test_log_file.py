"""The file of a component's output, while its disk works and while it does not."""

from __future__ import annotations

from airssys.interfaces.wasi import BlockingWork
from airssys.interfaces.wasi._lines import PIECE_BYTES, Piece
from airssys.interfaces.wasi._log_file import LogFile


class Stuck(BlockingWork):
    """Does nothing until it is told to."""

    def __init__(self):
        super().__init__()
        self.sent = []

    def send(self, work):
        self.sent.append(work)

    def get_going(self):
        sent, self.sent = self.sent, []
        for work in sent:
            work()


def piece(data, stream="stdout"):
    return Piece(1_700_000_000.0, stream, bytearray(data))


def texts(path):
    return [line.split(" ", 2)[2] for line in path.read_text("utf-8").splitlines()]


def test_what_waits_for_a_disk_is_bounded_and_what_did_not_fit_is_told(tmp_path):
    work = Stuck()
    file = LogFile(tmp_path / "log", 1 << 20, 1, 10 * (100 + PIECE_BYTES), work)
    for number in range(30):
        file.write(piece(b"%99d\n" % number, "stdout" if number % 2 else "stderr"))
    work.get_going()
    file.write(piece(b"later\n"))
    work.get_going()

    file.close()

    told, *found = texts(tmp_path / "log")
    assert told == "host 2000 bytes could not be written here: dropped"
    assert [text.split()[1] for text in found] == [*map(str, range(10)), "later"]


def test_small_writes_wait_together(tmp_path):
    """Else what they take besides their bytes would be many times what they are."""
    work = Stuck()
    file = LogFile(tmp_path / "log", 1 << 20, 1, 10_000, work)
    for _ in range(8000):
        file.write(piece(b"x"))
    assert len(work.sent) == 1
    file.write(piece(b"\n"))
    work.get_going()
    file.close()

    assert "".join(text.removeprefix("stdout ") for text in texts(tmp_path / "log")) == "x" * 8000


def test_a_write_between_two_turns_of_the_disk_is_written(tmp_path):
    work = Stuck()
    file = LogFile(tmp_path / "log", 1 << 20, 1, 10_000, work)
    for text in (b"one\n", b"two\n"):
        file.write(piece(text))
        work.get_going()

    assert texts(tmp_path / "log") == ["stdout one", "stdout two"]
    file.close()


def test_closing_writes_what_waits_and_what_no_line_break_ended(tmp_path):
    file = LogFile(tmp_path / "log", 1 << 20, 1, 10_000, Stuck())
    file.write(piece(b"one\ntwo"))
    file.close()

    assert texts(tmp_path / "log") == ["stdout one", "stdout two"]


def test_closing_without_a_write_makes_no_file(tmp_path):
    LogFile(tmp_path / "logs" / "log", 1 << 20, 1, 10_000, Stuck()).close()

    assert list(tmp_path.iterdir()) == []
