"""The catalog as DCAT: valid by shapes, the same in both forms, with checksums of the files."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path
from typing import Any

import pyshacl
import pytest
from django.test import Client
from rdflib import DCAT, RDF, Graph, URIRef
from rdflib.compare import isomorphic

from tests.datacenter.opendata.test_release import firms, place, publish  # noqa: F401 - place is a fixture
from xiezhi.datacenter.opendata import release

pytestmark = pytest.mark.django_db
SHAPES = Path(__file__).with_name("shapes.ttl")


def test_the_catalog_validates_and_both_forms_say_the_same(place: Path, client: Client) -> None:  # noqa: F811
    made = publish("lawfirms", firms(9), "std_lawfirm")
    turtle = client.get("/data/catalog.ttl")
    graph = Graph().parse(data=turtle.content.decode(), format="turtle")
    for shapes in [SHAPES, *(Path(p) for p in os.environ.get("XIEZHI_DCAT_SHAPES", "").split(os.pathsep) if p)]:
        conforms, _, text = pyshacl.validate(graph, shacl_graph=str(shapes), inplace=False)
        assert conforms, text
    other = Graph().parse(data=client.get("/data/catalog.jsonld").content.decode(), format="json-ld")
    assert isomorphic(graph, other)
    assert len(set(graph.subjects(RDF.type, DCAT.Distribution))) == 3
    sums = {str(o) for o in graph.objects(None, URIRef("http://spdx.org/rdf/terms#checksumValue"))}
    assert sums == {hashlib.sha256((release.folder(made) / f["name"]).read_bytes()).hexdigest() for f in made.files}
    for address in graph.objects(None, DCAT.downloadURL):
        assert client.get(str(address).removeprefix("http://testserver")).status_code == 200


def test_shapes_see_what_is_missing(place: Path, client: Client) -> None:  # noqa: F811
    publish("lawfirms", firms(9), "std_lawfirm")
    graph = Graph().parse(data=client.get("/data/catalog.ttl").content.decode(), format="turtle")
    graph.remove((None, DCAT.distribution, None))
    assert not pyshacl.validate(graph, shacl_graph=str(SHAPES))[0]


@pytest.mark.parametrize(
    ("accept", "media"),
    [("text/turtle", "text/turtle"), ("application/ld+json", "application/ld+json"), ("text/html,*/*", "text/html")],
)
def test_machines_and_people_ask_at_the_same_address(place: Path, client: Client, accept: str, media: str) -> None:  # noqa: F811
    publish("lawfirms", firms(9), "std_lawfirm")
    for address in ("/data/", "/data/lawfirms/"):
        answer: Any = client.get(address, headers={"Accept": accept})
        assert answer["Content-Type"].startswith(media)
