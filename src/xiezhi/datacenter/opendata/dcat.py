"""开放数据目录 as DCAT 3 (DCAT-AP 3): one graph, as Turtle or JSON-LD.

Addresses of things are those of their pages. Source: W3C DCAT 3; SEMIC DCAT-AP 3.0.1.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from xiezhi.datacenter.opendata.declare import OpenSet, open_sets
from xiezhi.datacenter.opendata.models import Release
from xiezhi.datacenter.standards.declare import tables

__all__ = ["FREQUENCIES", "LICENSE", "catalog"]

LICENSE = "https://creativecommons.org/licenses/by/4.0/"
"""Use with attribution; an installation names its own in OPEN_DATA_LICENSE."""
EU = "http://publications.europa.eu/resource/authority/"
FREQUENCIES = {
    "实时": "CONT", "每日": "DAILY", "每周": "WEEKLY", "每月": "MONTHLY", "每季": "QUARTERLY", "每年": "ANNUAL", "不定期": "IRREG",
}  # fmt: skip
FILE_TYPES = {"CSV": "CSV", "JSON": "JSON", "Parquet": "PARQUET"}


def catalog(
    base: str, releases: Iterable[Release], *, publisher: str, contact: str = "", license_: str = LICENSE
) -> Any:
    """The rdflib graph of everything released. `base` is the address of the site without a slash at its end."""
    from rdflib import DCAT, DCTERMS, FOAF, RDF, SKOS, XSD, BNode, Graph, Literal, Namespace, URIRef

    ADMS, SPDX, VCARD = (
        Namespace("http://www.w3.org/ns/adms#"), Namespace("http://spdx.org/rdf/terms#"), Namespace("http://www.w3.org/2006/vcard/ns#"),
    )  # fmt: skip
    DCATAP = Namespace("http://data.europa.eu/r5r/")
    g = Graph()
    for prefix, space in (("dcat", DCAT), ("dct", DCTERMS), ("foaf", FOAF), ("adms", ADMS), ("spdx", SPDX), ("vcard", VCARD), ("skos", SKOS), ("dcatap", DCATAP)):  # fmt: skip
        g.bind(prefix, space)
    zh = lambda text: Literal(text, lang="zh")  # noqa: E731 - every text here is Chinese
    moment = lambda t: Literal(t.isoformat(timespec="seconds"), datatype=XSD.dateTime)  # noqa: E731
    chinese = URIRef(EU + "language/ZHO")
    top, agent = URIRef(f"{base}/data/"), URIRef(f"{base}/about/#publisher")

    def linguistic(node: URIRef) -> None:
        g.add((node, RDF.type, DCTERMS.LinguisticSystem))

    def typed(node: URIRef, kind: Any) -> URIRef:
        g.add((node, RDF.type, kind))
        return node

    linguistic(chinese)
    g.add((agent, RDF.type, FOAF.Agent))
    g.add((agent, FOAF.name, zh(publisher)))
    g.add((top, RDF.type, DCAT.Catalog))
    g.add((top, DCTERMS.title, zh(f"{publisher}开放数据目录")))
    g.add((top, DCTERMS.description, zh("可以公开的名录和统计数据，发布前经披露审查。")))
    g.add((top, DCTERMS.publisher, agent))
    g.add((top, DCTERMS.language, chinese))
    g.add((top, FOAF.homepage, typed(URIRef(f"{base}/data/#home"), FOAF.Document)))
    g.add((top, DCTERMS.license, typed(URIRef(license_), DCTERMS.LicenseDocument)))
    themes = typed(URIRef(f"{base}/data/#themes"), SKOS.ConceptScheme)
    g.add((themes, DCTERMS.title, zh("主题")))
    g.add((top, DCAT.themeTaxonomy, themes))
    newest: datetime | None = None
    for release in releases:
        if release.set_code not in open_sets:
            continue
        declared: OpenSet = open_sets.get(release.set_code)
        page = f"{base}/data/{declared.code}/"
        one = URIRef(page)
        g.add((top, DCAT.dataset, one))
        g.add((one, RDF.type, DCAT.Dataset))
        g.add((one, DCTERMS.title, zh(declared.title)))
        g.add((one, DCTERMS.description, zh(declared.description)))
        g.add((one, DCTERMS.identifier, Literal(declared.code)))
        g.add((one, DCTERMS.publisher, agent))
        g.add((one, DCTERMS.language, chinese))
        g.add((one, URIRef(str(DCAT) + "version"), Literal(str(release.version))))
        for word in (*declared.keywords, declared.theme):
            g.add((one, DCAT.keyword, zh(word)))
        theme = typed(URIRef(f"{base}/data/#theme-{declared.theme}"), SKOS.Concept)
        g.add((theme, SKOS.prefLabel, zh(declared.theme)))
        g.add((theme, SKOS.inScheme, themes))
        g.add((one, DCAT.theme, theme))
        cycle = typed(URIRef(EU + "frequency/" + FREQUENCIES.get(declared.update_cycle, "IRREG")), DCTERMS.Frequency)
        g.add((one, DCTERMS.accrualPeriodicity, cycle))
        if release.released_at:
            g.add((one, DCTERMS.modified, moment(release.released_at)))
            newest = max(newest, release.released_at) if newest else release.released_at
        first = Release.objects.filter(set_code=declared.code, released_at__isnull=False).order_by("version").first()
        if first and first.released_at:
            g.add((one, DCTERMS.issued, moment(first.released_at)))
        standard = typed(URIRef(f"{base}/data/standards/{declared.table}/"), DCTERMS.Standard)
        g.add((standard, DCTERMS.title, zh(tables.get(declared.table).title)))
        g.add((one, DCTERMS.conformsTo, standard))
        point = BNode()
        g.add((one, DCAT.contactPoint, point))
        g.add((point, RDF.type, VCARD.Organization))
        g.add((point, RDF.type, VCARD.Kind))
        g.add((point, VCARD.fn, zh(publisher)))
        if contact:
            g.add((point, VCARD.hasTelephone, URIRef(f"tel:{contact}")))
        for file in release.files:
            distribution = URIRef(f"{page}#{file['format'].lower()}")
            address = URIRef(f"{page}files/{release.version}/{file['name']}")
            g.add((one, DCAT.distribution, distribution))
            g.add((distribution, RDF.type, DCAT.Distribution))
            g.add((distribution, DCTERMS.title, zh(f"{declared.title}（{file['format']}）")))
            g.add(
                (
                    distribution,
                    DCTERMS.description,
                    zh(f"{declared.description}（{file['format']}，{file['bytes']}字节）"),
                )
            )
            g.add((distribution, DCAT.accessURL, address))
            g.add((distribution, DCAT.downloadURL, address))
            g.add((distribution, DCAT.mediaType, typed(URIRef("https://www.iana.org/assignments/media-types/" + file["media"].split(";")[0]), DCTERMS.MediaType)))  # fmt: skip
            g.add((distribution, DCTERMS["format"], typed(URIRef(EU + "file-type/" + FILE_TYPES[file["format"]]), DCTERMS.MediaTypeOrExtent)))  # fmt: skip
            g.add((distribution, DCAT.byteSize, Literal(file["bytes"], datatype=XSD.nonNegativeInteger)))
            g.add((distribution, DCTERMS.license, URIRef(license_)))
            g.add((distribution, DCATAP.availability, typed(URIRef(EU + "planned-availability/STABLE"), SKOS.Concept)))
            checksum = BNode()
            g.add((distribution, SPDX.checksum, checksum))
            g.add((checksum, RDF.type, SPDX.Checksum))
            g.add((checksum, SPDX.algorithm, SPDX.checksumAlgorithm_sha256))
            g.add((SPDX.checksumAlgorithm_sha256, RDF.type, SPDX.ChecksumAlgorithm))
            g.add((checksum, SPDX.checksumValue, Literal(file["sha256"], datatype=XSD.hexBinary)))
        service = URIRef(f"{page}rows")
        g.add((service, RDF.type, DCAT.DataService))
        g.add((service, DCTERMS.title, zh(f"{declared.title}查询接口")))
        g.add((service, DCAT.endpointURL, service))
        g.add((service, DCAT.endpointDescription, URIRef(f"{base}/data/help/")))
        g.add((service, DCTERMS.description, zh("按列名和值取数，答复为 JSON。")))
        g.add((service, DCAT.servesDataset, one))
        g.add((service, DCAT.contactPoint, point))
        g.add((service, DCTERMS.conformsTo, standard))
        g.add((service, DCTERMS.publisher, agent))
        g.add((service, DCTERMS.license, URIRef(license_)))
        g.add((service, DCAT.theme, theme))
        for word in declared.keywords:
            g.add((service, DCAT.keyword, zh(word)))
        g.add((top, DCAT.service, service))
    if newest:
        g.add((top, DCTERMS.modified, moment(newest)))
    stable = URIRef(EU + "planned-availability/STABLE")
    if (stable, RDF.type, SKOS.Concept) in g:
        g.add((stable, SKOS.prefLabel, Literal("stable", lang="en")))
        g.add((stable, SKOS.inScheme, typed(URIRef(EU + "planned-availability"), SKOS.ConceptScheme)))
        g.add((URIRef(EU + "planned-availability"), DCTERMS.title, Literal("Planned availability", lang="en")))
    return g
