"""``maskanyone weights``: which model weights are here, and how they get here."""

from __future__ import annotations

from typing import Annotated

import typer

from maskanyone.cli import speak
from maskanyone.weights import store

app = typer.Typer(
    help="Model weights: what is here; get some, accept a licence. Nothing else ever downloads.",
    invoke_without_command=True,
)


@app.callback()
def listed(context: typer.Context) -> None:
    """List the weights, what they are for, their licence, and whether they are here."""
    if context.invoked_subcommand:
        return
    rows = [
        (name, "here" if store.have(name) else "-", speak.size(weight.bytes), weight.licence, weight.purpose)
        for name, weight in store.catalogue().items()
    ]
    speak.table(rows)
    speak.out.print(
        "\n`maskanyone weights get default` fetches what the presets and the search of the finished file need."
    )


@app.command()
def get(name: Annotated[str, typer.Argument(help="A name from the list, or `default`, or `all`.")] = "default") -> None:
    """Fetch weights and check their hash."""
    with speak.bar() as bar:
        tasks = {}

        def progress(weight: str, done: int, total: int) -> None:
            if weight not in tasks:
                tasks[weight] = bar.add_task("", name=weight, total=total)
            bar.update(tasks[weight], completed=done)

        got = store.get(name, progress)
    for one in got:
        if one.missing:
            speak.out.print(f"{one.weight.name}  left out: {one.missing}. {one.weight.purpose}")
            continue
        speak.out.print(f"{one.weight.name}  {one.path}" + (f"  ({one.source})" if one.source else ""))


@app.command()
def accept(name: Annotated[str, typer.Argument(help="A name from the list.")]) -> None:
    """Accept the licence of weights that ask for it."""
    store.accept(name)
    speak.out.print(f"{name}  licence accepted: {store.catalogue()[name].licence}")
