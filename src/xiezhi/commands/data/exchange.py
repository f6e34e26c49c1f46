"""`xiezhi data exchange`: interfaces, callers, keys and meters of the exchange."""

from __future__ import annotations

import sys
from pathlib import Path

import click

from xiezhi.commands.base import ready


@click.group("exchange")
def exchange() -> None:
    """Interfaces, callers, keys and meters of the exchange."""


@exchange.command()
def interfaces() -> None:
    """List the interfaces with kind, grade and legal basis."""
    ready()
    from xiezhi.datacenter.exchange import declare

    for one in declare.interfaces.all():
        click.echo(f"{one.code}\t{one.title}\t{one.kind.label}\t{declare.grade_of(one.level)}\t{one.basis}")


@exchange.command()
def callers() -> None:
    """List the systems of partners with their keys and grants."""
    ready()
    from xiezhi.datacenter.exchange.models import Caller

    for one in Caller.objects.prefetch_related("keys", "grants"):
        click.echo(f"{one.code}\t{one}\t{one.get_state_display()}")
        for key in one.keys.all():
            click.echo(
                f"  {key.key_id}\t{key.kind}\t{key.environment}\t{'已吊销' if key.revoked_at else key.not_after}"
            )
        for grant in one.grants.all():
            click.echo(f"  {grant.interface} v{grant.version}\t{grant.get_state_display()}\t{grant.valid_to}")


@exchange.command()
@click.argument("code")
@click.argument("name")
@click.argument("agency")
@click.option("--key", type=click.Path(exists=True, dir_okay=False), help="File with the partner's public key in PEM.")
@click.option("--sm2", is_flag=True, help="The key is an SM2 key.")
@click.option("--token", is_flag=True, help="Issue a token; it is shown once.")
@click.option("--sandbox", is_flag=True, help="The key or token is for the sandbox.")
def caller(code: str, name: str, agency: str, key: str | None, sm2: bool, token: bool, sandbox: bool) -> None:
    """Register a partner's system CODE, called NAME, of AGENCY; with a key or a token where asked for."""
    ready()
    from xiezhi.datacenter.exchange import services

    made = services.register_caller(code, name, agency, by="命令行")
    environment = "SANDBOX" if sandbox else "LIVE"
    try:
        if key:
            text = Path(key).read_text()
            click.echo(
                services.add_key(made, "SM2" if sm2 else "ED25519", text, environment=environment, by="命令行").key_id
            )
        if token:
            click.echo(services.issue_token(made, environment=environment, by="命令行")[1])
    except services.ExchangeError as problem:
        click.echo(str(problem), err=True)
        sys.exit(1)


@exchange.command()
@click.argument("code")
@click.argument("reason")
def suspend(code: str, reason: str) -> None:
    """Suspend the whole system CODE at once, for REASON."""
    ready()
    from xiezhi.datacenter.exchange import services
    from xiezhi.datacenter.exchange.models import Caller

    found = Caller.objects.filter(code=code).first()
    if found is None:
        click.echo(f"没有接入系统 {code}。", err=True)
        sys.exit(2)
    services.suspend_caller(found, reason=reason, by="命令行")


@exchange.command()
def meters() -> None:
    """Print the meters as a table: month, partner, direction, interface, calls, refused, rows, bytes."""
    ready()
    from xiezhi.datacenter.exchange.models import Meter

    for m in Meter.objects.select_related("partner").order_by("month", "partner__code", "interface"):
        values = (f"{m.month:%Y-%m}", m.partner.code, m.direction, m.interface, m.calls, m.refused, m.rows, m.bytes)
        click.echo("\t".join(map(str, values)))


@exchange.command()
def keys() -> None:
    """Print our own public keys, for partners to verify answers with."""
    ready()
    from xiezhi.datacenter.exchange import identity

    for key in identity.published()["keys"]:
        click.echo(f"{key['keyid']}\t{key['alg']}\n{key['public_key']}")


@exchange.command()
@click.option("--last", type=int, default=1000, show_default=True, help="Batches to check, newest first.")
def verify(last: int) -> None:
    """Check that batches of the log agree with the ledger. Exit code 1 where one does not."""
    ready()
    from xiezhi.datacenter.exchange import proving
    from xiezhi.datacenter.exchange.models import CallBatch

    wrong = 0
    batches = CallBatch.objects.order_by("-at")[:last]
    for batch in batches:
        line = batch.lines.first()
        if line is None or not proving.proved(line):
            click.echo(str(batch.pk), err=True)
            wrong += 1
    click.echo(f"{len(batches)} 批，{wrong} 批不一致")
    sys.exit(1 if wrong else 0)
