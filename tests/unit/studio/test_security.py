"""Who is kept out, and what the browser is told to refuse."""

from __future__ import annotations

import pytest

from pipelines.studio.server import listen
from tests.unit.studio.conftest import browsing, studio_over
from tests.unit.studio.conftest import stranger as stranger_to


@pytest.fixture
def studio(api):
    return studio_over(api)


@pytest.fixture
def stranger(studio):
    with stranger_to(studio) as client:
        yield client


def test_address_becomes_a_session_once(studio, stranger):
    address = studio.access.address
    first = stranger.get(address)
    assert first.status_code == 303
    assert first.headers["location"] == "/"
    cookie = first.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie
    assert stranger.get("/").status_code == 200
    stranger.cookies.clear()
    assert stranger.get(address).status_code == 403
    assert stranger.get(studio.access.address).status_code == 303


def test_token_keeps_the_rest_of_the_address(studio, stranger):
    answer = stranger.get(f"{studio.access.address}&status=Failed")
    assert answer.headers["location"] == "/?status=Failed"


def test_token_leads_to_no_other_host(studio, stranger):
    token = studio.access.address.partition("?")[2]
    assert stranger.get(f"{studio.access.url}/evil.example/?{token}").headers["location"] == "/evil.example/"


@pytest.mark.parametrize("path", ["/", "/events", "/static/studio.js", "/static/style.css", "/none"])
def test_nothing_without_a_session(stranger, path):
    assert stranger.get(path).status_code == 403


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1", "127.0.0.1:1", "localhost.evil.example:80"])
def test_other_names_of_the_host_are_refused(studio, host):
    with browsing(studio) as browser:
        assert browser.get("/", headers={"host": host}).status_code == 421


def test_every_response_has_the_headers(studio, stranger):
    refused = stranger.get("/")
    stranger.get(studio.access.address)
    for answer in (refused, *map(stranger.get, ("/", "/none", "/static/studio.js"))):
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_pages_have_no_inline_script_or_style(studio):
    with browsing(studio) as browser:
        text = browser.get("/").text
    assert "<style" not in text
    assert " style=" not in text
    assert "<script>" not in text


def test_forms_of_others_are_refused(studio):
    with browsing(studio) as browser:
        assert browser.post("/", data={}).status_code == 403
        assert browser.post("/", data={"token": "guessed"}).status_code == 403
        assert browser.post("/", data={"token": studio.access.form_token}).status_code == 405


def test_huge_forms_are_refused(studio):
    with browsing(studio) as browser:
        assert browser.post("/", data={"token": "x" * (1 << 20)}).status_code == 413


def test_read_only_refuses_every_form(api):
    studio = studio_over(api, read_only=True)
    with browsing(studio) as browser:
        assert browser.post("/", data={"token": studio.access.form_token}).status_code == 403


def test_language_leads_to_no_other_host(studio, stranger):
    stranger.get(studio.access.address)
    for back in ("https://evil.example/", "//evil.example/", "/\\evil.example"):
        assert stranger.get("/language/ko", params={"back": back}).headers["location"] == "/"


def test_listens_on_this_machine_only():
    with listen(0) as listening:
        assert listening.getsockname()[0] == "127.0.0.1"
