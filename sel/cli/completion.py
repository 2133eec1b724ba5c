"""Completions for bash, zsh and fish: static, so that TAB starts no Python."""

from __future__ import annotations

from typing import TYPE_CHECKING

from sel import catalog
from sel.cli import help as pages
from sel.options.declare import SHORT

if TYPE_CHECKING:
    from collections.abc import Iterator

    from sel.catalog import Method
    from sel.options.declare import Option


def flags(option: Option) -> list[str]:
    """How an option may be typed."""
    return [*option.flags, *filter(None, [option.negation])]


def methods() -> Iterator[tuple[Method, list[Option]]]:
    """Every method with all its options."""
    for command in catalog.commands():
        for method in catalog.methods(command):
            groups = [group for _, group in pages.sections(method)]
            yield method, [option for group in groups for option in group]


def bash() -> str:
    """The file for bash-completion."""
    cases, values = [], []
    for method, known in methods():
        typed = " ".join(flag for option in known for flag in flags(option))
        cases.append(f'    {method.command}.{method.name}) words="{typed} --help" ;;')
        for option in known:
            if option.choices:
                at = f"{method.command}.{method.name}.{option.flag}"
                values.append(f'    {at}) words="{" ".join(option.choices)}" ;;')
    commands = " ".join(catalog.commands())
    names = [
        f'    {c}) words="{" ".join(catalog.names(c))}" ;;' for c in commands.split()
    ]
    return _BASH.format(
        commands=commands,
        names="\n".join(names),
        helped="\n".join(f"    {name}" for name in names),
        cases="\n".join(cases),
        values="\n".join(values),
    )


def zsh() -> str:
    """The file for zsh: that of bash, through its own emulation."""
    return _ZSH + bash()


def fish() -> str:
    """The file for fish."""
    lines = ["# Completions of sel for fish; made by `make docs`."]
    plain = "complete -c sel -n"
    for command in catalog.commands():
        words = catalog.summary(command)
        lines.append(f"{plain} __fish_use_subcommand -f -a {command} -d '{words}'")
        for name in catalog.names(command):
            here = f"'__fish_seen_subcommand_from {command}'"
            lines.append(f"{plain} {here} -a {name}")
    for aid, words in _AIDS.items():
        lines.append(f"{plain} __fish_use_subcommand -f -a {aid} -d '{words}'")
    for command in catalog.commands():
        helped = "'__fish_seen_subcommand_from help man'"
        lines.append(f"{plain} {helped} -f -a {command}")
    shells = "'__fish_seen_subcommand_from completion'"
    lines.append(f"{plain} {shells} -f -a 'bash zsh fish'")
    for method, known in methods():
        here = f"'__fish_seen_subcommand_from {method.command}; and"
        here += f" __fish_seen_subcommand_from {method.name}'"
        for option in known:
            long = f" -l {option.flag[2:]}" if len(option.name) > 1 else ""
            short = SHORT.get(option.name, "")
            short = f" -s {short[1:]}" if short else ""
            takes = "" if option.type == "bool" else " -r"
            choices = f" -f -a '{' '.join(option.choices)}'" if option.choices else ""
            words = option.help.replace("\\", "\\\\").replace("'", "\\'")
            lines.append(f"{plain} {here}{long}{short}{takes}{choices} -d '{words}'")
    return "\n".join(lines) + "\n"


_AIDS = {
    "help": "Print a help page.",
    "man": "Show a manual page.",
    "completion": "Print the completions of a shell.",
    "demo": "Fill a folder with documents to try things on.",
}
_BASH = """\
# Completions of sel; made by `make docs`.
_sel() {{
  local current="${{COMP_WORDS[COMP_CWORD]}}" previous="${{COMP_WORDS[COMP_CWORD-1]}}"
  local method="${{COMP_WORDS[1]}}.${{COMP_WORDS[2]}}" words=""
  COMPREPLY=()
  if [ "${{COMP_WORDS[1]}}" = help ] || [ "${{COMP_WORDS[1]}}" = man ]; then
    case "$COMP_CWORD" in
      2) words="{commands}" ;;
      3) case "${{COMP_WORDS[2]}}" in
{helped}
      esac ;;
    esac
  elif [ "$COMP_CWORD" -eq 1 ]; then
    words="{commands} help man completion demo --help --version"
  elif [ "$COMP_CWORD" -eq 2 ]; then
    case "${{COMP_WORDS[1]}}" in
{names}
    completion) words="bash zsh fish" ;;
    esac
    words="$words --help"
  else
    case "$method.$previous" in
{values}
    esac
    if [ -z "$words" ]; then
      case "$current" in
        -*) case "$method" in
{cases}
        esac ;;
      esac
    fi
  fi
  if [ -n "$words" ]; then
    COMPREPLY=($(compgen -W "$words" -- "$current"))
  else
    COMPREPLY=($(compgen -f -- "$current"))
  fi
}}
complete -o filenames -F _sel sel
"""
_ZSH = """\
#compdef sel
autoload -U +X bashcompinit && bashcompinit
"""
