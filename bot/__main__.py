"""The `debrief` command."""

import gc


def main() -> None:
    # What is imported stays to the end. Looking through it for garbage would cost a fifth of the time.
    gc.disable()
    from bot.commands import cli  # noqa: PLC0415  after the line above

    gc.freeze()
    gc.enable()
    cli()


if __name__ == "__main__":
    main()
