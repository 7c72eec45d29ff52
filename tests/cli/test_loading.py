"""Garbage is collected again after loading, whatever happened."""

from __future__ import annotations

import gc

import pytest

from isthmus.cli.loading import loading


def test_nothing_is_collected_while_loading_and_everything_afterwards():
    assert gc.isenabled()
    with loading():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ImportError), loading():
        raise ImportError
    assert gc.isenabled()


def test_whoever_turned_collecting_off_finds_it_off():
    gc.disable()
    try:
        with loading():
            pass
        assert not gc.isenabled()
    finally:
        gc.enable()
