"""The records."""

import threading

import pytest

from local_sagemaker.core.store import Store


@pytest.fixture
def store(tmp_path):
    opened = Store(tmp_path / "records.sqlite")
    yield opened
    opened.close()


def test_a_name_is_taken_once(store):
    assert store.insert("job", "a", {"n": 1})
    assert not store.insert("job", "a", {"n": 2})
    assert store.insert("model", "a", {"n": 3})
    assert store.get("job", "a") == {"n": 1}


def test_records_keep_insertion_order(store):
    for number in (3, 1, 2):
        store.insert("job", str(number), {"n": number}, parent="odd" if number % 2 else "even")
    assert [record["n"] for record in store.list("job")] == [3, 1, 2]
    assert [record["n"] for record in store.list("job", parent="odd")] == [3, 1]


def test_failed_transaction_leaves_nothing(store):
    def half_done():
        with store.transaction():
            store.insert("job", "a", {})
            raise RuntimeError

    with pytest.raises(RuntimeError):
        half_done()
    assert store.get("job", "a") is None


def test_concurrent_changes_are_all_kept(store):
    store.insert("job", "a", {"n": 0})

    def count():
        for _ in range(50):
            store.update("job", "a", lambda record: record.__setitem__("n", record["n"] + 1))

    threads = [threading.Thread(target=count) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert store.get("job", "a") == {"n": 200}


def test_a_change_of_nothing_is_none(store):
    assert store.update("job", "a", lambda record: None) is None
    assert not store.delete("job", "a")


def limit(store: Store, pages: int) -> None:
    store._on_disk.execute(f"PRAGMA max_page_count = {pages}")


def test_writes_that_the_disk_refuses_are_kept_in_memory(store, tmp_path):
    limit(store, 1)  # as many as there are, and no more
    for number in range(50):
        assert store.insert("job", str(number), {"text": "x" * 10_000})
    assert store.update("job", "0", lambda record: record.update(n=1)) is not None
    limit(store, 1_000_000)
    store.close()
    reopened = Store(tmp_path / "records.sqlite")
    assert len(reopened.list("job")) == 50
    assert reopened.get("job", "0")["n"] == 1
    reopened.close()


def test_transaction_that_the_disk_refuses_leaves_nothing(store):
    limit(store, 1)

    def two_records():
        with store.transaction():
            store.insert("job", "a", {})
            store.insert("job", "b", {"text": "x" * 100_000})

    with pytest.raises(OSError, match="No space left"):
        two_records()
    assert store.list("job") == []
    limit(store, 1_000_000)
    two_records()
    assert len(store.list("job")) == 2
