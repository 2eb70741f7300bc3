import re
from dataclasses import replace
from pathlib import Path

import jinja2
import pytest

import pages
from tests.marks import loose_marks
from tests.pages.sample_pages import FRAME, SAMPLES, STEPS, WRONG_FORM, render, sample_pages

TEMPLATES = pages.static_directory().parent / "templates"


@pytest.fixture(params=sorted(sample_pages()))
def sample(request: pytest.FixtureRequest) -> str:
    return sample_pages()[request.param]


def test_no_mark_can_go_to_the_next_line_alone(sample: str) -> None:
    assert loose_marks(sample) == []


def test_a_page_has_one_title_one_main_and_is_in_french(sample: str) -> None:
    assert sample.count("<h1>") == 1
    assert sample.count("<main ") == 1
    assert '<html lang="fr">' in sample
    assert re.search(r"<title>.+ · Orientations · Maillage</title>", sample)


def test_the_skip_link_is_the_first_link_and_leads_to_the_main_landmark(sample: str) -> None:
    first = re.search(r'<a [^>]*href="([^"]*)"', sample)

    assert first is not None
    assert first.group(1) == "#contenu"
    assert '<main id="contenu"' in sample


def test_nothing_is_styled_or_scripted_inline(sample: str) -> None:
    assert not re.search(r"<style|\sstyle=|\son[a-z]+=|javascript:|<script(?! src=)", sample)


def test_every_static_address_is_one_that_is_served(sample: str) -> None:
    names = re.findall(r'(?:href|src)="/static/([^"]+)"', sample)

    assert len(names) == 3
    assert all(pages.static_file(name) for name in names)


def test_ids_are_unique(sample: str) -> None:
    ids = re.findall(r'\sid="([^"]+)"', sample)

    assert len(ids) == len(set(ids))


def test_what_is_named_by_an_id_exists(sample: str) -> None:
    ids = set(re.findall(r'\sid="([^"]+)"', sample))
    named = re.findall(r'(?:for|aria-describedby|aria-labelledby)="([^"]+)"', sample)
    named += re.findall(r'href="#([^"]+)"', sample)

    assert {one for several in named for one in several.split()} <= ids


def test_the_frame_says_who_one_is_and_how_the_platform_does() -> None:
    page = sample_pages()["received"]

    assert "Claire Dubois" in page
    assert "CAF de la Creuse" in page
    assert FRAME.platform_state in page
    assert 'href="tel:+33536490000"' in page
    assert 'aria-current="page">Reçues' in page


def test_the_demonstration_is_named_only_when_it_is_one() -> None:
    pages_now = sample_pages()

    assert "Démonstration\xa0: les personnes sont inventées." in pages_now["received"]
    assert "Démonstration" not in pages_now["signed-out"]


def test_a_misspelt_name_is_an_error() -> None:
    environment = pages.environment(SAMPLES)

    with pytest.raises(jinja2.UndefinedError):
        environment.from_string("{{ referal }}").render()


def test_everything_is_escaped_whatever_the_template_is_called() -> None:
    environment = pages.environment()

    assert environment.from_string("{{ word }}").render(word="<b>&") == "&lt;b&gt;&amp;"


@pytest.mark.parametrize(
    "call",
    [
        "c.chip(bad)",
        "c.data_table(bad, [{'key': 'a', 'label': bad}], [{'a': bad}])",
        "c.definitions([(bad, bad)])",
        "c.code(bad)",
        "c.button(bad, 'primary', bad, bad)",
        "c.button_link(bad, bad)",
        "c.empty_state(bad, bad, bad, bad)",
        "c.notice(bad, bad)",
        "c.figure(bad, bad, bad, bad)",
        "c.pager(bad, bad, bad)",
        "c.breadcrumbs([{'label': bad, 'href': bad}], bad)",
        "f.error_summary({'errors': {'x': bad}})",
        "f.field(form, 'x', bad, bad)",
        "f.textarea(form, 'x', bad, bad)",
        "f.select(form, 'x', bad, [(bad, bad)])",
        "f.choices(form, 'x', bad, [(bad, bad)])",
        "f.checkbox(form, 'x', bad, bad)",
    ],
)
def test_no_component_lets_markup_through(call: str) -> None:
    bad = '"><img src=x>'
    text = '{% import "components.html" as c %}{% import "fields.html" as f %}{{ ' + call + " }}"
    template = pages.environment().from_string(text)

    written = template.render(bad=bad, form=pages.Form(values={"x": bad}, errors={"x": bad}))

    assert "<img" not in written
    assert "&lt;img" in written


def test_a_form_that_comes_back_keeps_what_was_typed() -> None:
    page = render("form.html", form=WRONG_FORM)

    assert 'value="St Vaury"' in page
    assert '<option value="caf" selected>' in page
    assert re.search(r'value="urgent" checked', page)
    assert "&lt;b&gt;Bonjour&lt;/b&gt;" in page


def test_an_error_stands_beside_its_field_and_in_the_summary_with_a_link() -> None:
    page = render("form.html", form=WRONG_FORM)

    assert page.count("Dites-nous si la demande est urgente.") == 2
    assert '<a href="#urgency">Dites-nous si la demande est urgente.</a>' in page
    assert 'aria-describedby="commune-aide commune-erreur"' in page
    assert page.count('aria-invalid="true"') == 2


def test_a_first_form_shows_no_error() -> None:
    page = render("form.html", form=pages.Form())

    assert "error-summary" not in page
    assert "aria-invalid" not in page


def test_a_text_that_begins_with_a_line_break_keeps_it() -> None:
    page = render("form.html", form=pages.Form(values={"message": "\nBonjour"}))

    # HTML drops the first line break of a textarea, so one more is written.
    assert ">\n\nBonjour</textarea>" in page


def test_the_context_column_exists_only_when_it_holds_something() -> None:
    assert 'class="context"' in sample_pages()["received"]
    assert 'class="context"' not in sample_pages()["form"]


def test_a_timeline_is_an_ordered_list_that_tells_states_by_word() -> None:
    page = render("journey.html", steps=STEPS, trail=[])

    assert '<ol class="timeline" id="etapes">' in page
    assert page.count('<li id="etapes-') == len(STEPS)
    assert all(step.state_word in page for step in STEPS)


def test_a_fragment_renders_alone_as_in_the_page() -> None:
    alone = '{% import "components.html" as c %}{{ c.timeline(steps, now) }}'
    told = replace(STEPS[0], detail="Motif : « trop loin »")

    fragment = pages.environment().from_string(alone).render(steps=[told], now=FRAME.now)

    assert "Motif\xa0: «\xa0trop loin\xa0»" in fragment
    assert fragment in render("journey.html", steps=[told], trail=[])


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 409, 413, 422, 429, 500, 502, 503])
def test_every_error_is_told_in_kind_words(status: int) -> None:
    page = render("error.html", status=status).replace("\xa0", " ")

    assert pages.explain(status).what_to_do.split(",")[0].split("'")[0] in page
    assert f"Code de l'erreur : {status}" in page


def test_an_unlisted_error_is_told_by_its_family() -> None:
    assert pages.explain(418) == pages.explain(400)
    assert pages.explain(599) == pages.explain(500)


def test_a_service_finds_its_own_templates_first(tmp_path: Path) -> None:
    (tmp_path / "error.html").write_text("les nôtres", encoding="utf-8")

    assert pages.environment(tmp_path).get_template("error.html").render() == "les nôtres"


def test_a_package_without_templates_is_refused() -> None:
    with pytest.raises(ValueError, match="templates"):
        pages.environment("email")


def test_every_shared_template_parses() -> None:
    environment = pages.environment()

    for path in TEMPLATES.iterdir():
        environment.get_template(path.name)
