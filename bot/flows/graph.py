"""A flow as a Mermaid flowchart: made from the content, never by hand."""

from collections.abc import Mapping

from bot.flows.document import FlowDoc, Go, StepDoc, resolve


def mermaid(flow: FlowDoc) -> str:
    """The flow as Mermaid text. Screens are boxes, silent steps are hexagons, other flows are rounded."""
    lines = ["flowchart TD"]
    outside: set[str] = set()
    for name, step in flow.steps.items():
        lines.append(f"  {name}{_shape(name, step)}")
        for label, target in _arrows(flow.flow, step):
            home, _, short = target.rpartition(".")
            if home != flow.flow:
                outside.add(target)
                short = target.replace(".", "__")
            lines.append(f"  {name} -->|{_safe(label)}| {short}" if label else f"  {name} --> {short}")
    lines += [f"  {target.replace('.', '__')}([{target}])" for target in sorted(outside)]
    return "\n".join(lines)


def pages(flows: Mapping[str, FlowDoc]) -> dict[str, str]:
    """A Markdown page with the picture of each flow, and one that lists them; by file name."""
    rows = "\n".join(f"- [{name}]({name}.md): {flow.summary}" for name, flow in sorted(flows.items()))
    head = "Drawn by `debrief graph`. A box is a screen, a hexagon a silent step, a rounded box another flow."
    index = {"README.md": f"# The flows\n\n{head}\n\n{rows}\n"}
    return index | {
        f"{name}.md": f"# {name}\n\n{flow.summary}\n\n```mermaid\n{mermaid(flow)}\n```\n"
        for name, flow in sorted(flows.items())
    }


def _shape(name: str, step: StepDoc) -> str:
    if not step.say:
        return f"{{{{{name}}}}}"
    return f'["{name}: {_safe(" ".join(step.say.split()[:8]))}"]'


def _arrows(flow: str, step: StepDoc) -> list[tuple[str, str]]:
    labelled: list[tuple[str, Go]] = [("", step.go)]
    labelled += [(choice.label, choice.go) for choice in step.choices.values()]
    labelled += [(part.keep, part.go) for part in (step.menu, step.text) if part is not None]
    found = [
        (
            ", ".join([label, *(f"{slot}={value or 'unset'}" for slot, value in branch.when.items())]).strip(", "),
            branch.to,
        )
        for label, go in labelled
        for branch in go
    ]
    found += list(step.outcomes.items())
    return [(label, resolve(flow, target)) for label, target in found]


def _safe(text: str) -> str:
    return "".join(" " if character in '"|{}[]<>' else character for character in text)
