"""Turns files of T-SQL into complaints, with Microsoft's own parser (ScriptDom). No server takes part.

    parse.py WHEELS REFUSED SKELETONS RECORDED

- WHEELS holds two unpacked wheels: `mssql-cli` brings the parser, `dotnetcore2` a .NET runtime to run it in.
- REFUSED holds misspelt statements. Each of them must be complained about, or the check itself is broken.
- SKELETONS holds what the gateway makes statements from, and scripts for operators. A file without slots is parsed as it
  is, with the statements that its comments offer, and one whose slots all have a stand-in with those. Any other must be the
  pattern of a recorded statement.
- RECORDED holds the statements that the tests sent, one a file, each behind a DECLARE of its parameters.

A grammar takes any name for a name. So names that only Microsoft gives (functions, catalog views) are also looked up among
those that its editor knows. What it cannot see are columns of catalog views, types, and whether a statement means the right thing.

Prints a line for each complaint, `file:line:column: message`, and one that sums up. The exit status is 1 when there was a
complaint, or nothing to parse.
"""

import json
import os
import re
import sys
from pathlib import Path

# What stands for a slot whose name says what it holds. Slots for parts of statements have none on purpose.
STAND_INS = {"database": "[Shop]", "retention": "2 DAYS", "table": "[dbo].[Order Details]"}
# The columns of CHANGETABLE, which are names of Microsoft's too.
CHANGE_COLUMNS = {f"sys_change_{name}" for name in ("columns", "context", "creation_version", "operation", "version")}
# After these, a name before a parenthesis is nobody's function.
OWN_NAME_FOLLOWS = {".", "as", "into", "on", "references", "table", "with"}
# What the driver calls parameters.
PARAMETER = re.compile(r"@p\d+")
SLOT = re.compile(r"\{(\w+)\}")
# A statement that a script offers in a comment, instead of another.
OFFERED = re.compile(r"^-- (?=[A-Z]{3,} .*;$)", re.MULTILINE)
UNPARSED = {"WhiteSpace", "SingleLineComment", "MultilineComment", "EndOfFile"}


def main(wheels, refused, skeletons, recorded):
    parser = load(Path(wheels).resolve())
    complaints = accepted_mistakes(parser, files(refused))
    statements = {path: path.read_text(encoding="utf-8") for path in files(recorded)}
    for path, text in statements.items():
        complaints += parser.complaints(path, text, sent=True)
    scripts, patterns = divide(files(skeletons))
    for path, text in scripts.items():
        complaints += parser.complaints(path, text)
    complaints += unsent(patterns, list(statements.values()))
    for what, found in (("recorded statement", statements), ("file of SQL", scripts or patterns)):
        if not found:
            complaints.append(f"there is no {what} to parse")
    print("\n".join(complaints), end="\n" if complaints else "")
    print(
        f"{parser.name}: {len(statements)} recorded statements, {len(scripts)} scripts and {len(patterns)} skeletons checked, "
        f"{len(complaints)} complaints"
    )
    return 1 if complaints else 0


def files(folder):
    """The SQL files of a folder, none if there is no such folder."""
    return sorted(Path(folder).glob("**/*.sql"))


def accepted_mistakes(parser, paths):
    """What is wrong with the check: mistakes that it takes for T-SQL, or no mistakes to try it on."""
    missed = [path for path in paths if not parser.complaints(path, path.read_text(encoding="utf-8"), sent=True)]
    complaints = [f"{path}:1:1: the check accepts this, so it proves nothing" for path in missed]
    return complaints if paths else ["there are no mistakes to try the check on"]


def divide(paths):
    """Scripts, with stand-ins for their slots, and skeletons, of which only statements made from them can be parsed."""
    scripts, patterns = {}, {}
    for path in paths:
        text = path.read_text(encoding="utf-8")
        # What the comments offer has to be right as well. The other comments stay empty lines, so that places are right.
        code = without_comments(OFFERED.sub("", text), "\n")
        if set(SLOT.findall(code)) <= STAND_INS.keys():
            scripts[path] = SLOT.sub(lambda slot: STAND_INS[slot[1]], code)
        else:
            patterns[path] = without_comments(text).strip()
    return scripts, patterns


def without_comments(text, instead=""):
    """What the gateway fills: it drops the lines that are comments."""
    return "".join(instead if line.startswith("--") else line for line in text.splitlines(keepends=True))


def unsent(patterns, statements):
    """Complains of skeletons that no recorded statement was made from."""
    unmade = [path for path, code in patterns.items() if not any(made_from(code, statement) for statement in statements)]
    return [f"{path}:1:1: no recorded statement is made from this" for path in unmade]


def made_from(skeleton, statement):
    """Whether all that stands between the slots of a skeleton stands in a statement, in that order."""
    at = 0
    for literal in SLOT.split(skeleton)[::2]:
        found = statement.find(literal, at)
        if found < 0:
            return False
        at = found + len(literal)
    return True


class Parser:
    """Microsoft's parser, the newest that the assembly has, and the names that its editor knows."""

    def __init__(self, dom, version, names):
        self.name = f"TSql{version}Parser"
        self.parser = getattr(dom, self.name)(True)
        self.names = names

    def complaints(self, path, text, sent=False):
        """What is wrong with a text; more can be with one that a server was sent."""
        from System.IO import StringReader

        fragment, errors = self.parser.Parse(StringReader(text), None)
        if errors.Count:
            return [f"{path}:{e.Line}:{e.Column}: {e.Message} (#{e.Number})" for e in errors]
        if not any(batch.Statements.Count for batch in fragment.Batches):
            return [f"{path}:1:1: no statement stands here"]
        if sent and fragment.Batches.Count > 1:
            return [f"{path}:1:1: GO is not T-SQL, and a server refuses it"]
        tokens = [token for token in fragment.ScriptTokenStream if str(token.TokenType) not in UNPARSED]
        wrong = [(token, "is no name that SQL Server gives") for token in self.unknown(tokens)]
        if sent:
            wrong += [(token, "is not declared") for token in undeclared(tokens)]
        return [f"{path}:{token.Line}:{token.Column}: {token.Text} {words}" for token, words in wrong]

    def unknown(self, tokens):
        """Names that only Microsoft gives and has not given."""
        words = ["", "", *(token.Text.lower() for token in tokens), ""]
        for at, token in enumerate(tokens, start=2):
            in_sys = words[at - 2 : at] == ["sys", "."]
            called = words[at + 1] == "(" and words[at - 1] not in OWN_NAME_FOLLOWS
            column = words[at].startswith("sys_change_")
            known = words[at] in (CHANGE_COLUMNS if column else self.names)
            if str(token.TokenType) == "Identifier" and (in_sys or called or column) and not known:
                yield token


def undeclared(tokens):
    """Parameters that the declaration in front does not have. A grammar does not mind, but a server does."""
    words = [token.Text.lower() for token in tokens]
    front = words[: words.index(";")] if words[:1] == ["declare"] else []
    return [token for token, word in zip(tokens, words) if PARAMETER.fullmatch(word) and word not in front]


def load(wheels):
    """Starts the .NET runtime of the one wheel and loads the parser of the other."""
    os.environ["DOTNET_SYSTEM_GLOBALIZATION_INVARIANT"] = "1"  # instead of a library for the world's languages
    framework = only(wheels, "**/shared/Microsoft.NETCore.App/*")
    config = wheels / "runtimeconfig.json"
    chosen = {"name": framework.parent.name, "version": framework.name}
    config.write_text(json.dumps({"runtimeOptions": {"tfm": "netcoreapp3.1", "framework": chosen}}), encoding="utf-8")

    import clr_loader
    import pythonnet

    pythonnet.set_runtime(clr_loader.get_coreclr(dotnet_root=framework.parents[2], runtime_config=config))
    import clr

    assembly = clr.AddReference(str(only(wheels, "**/Microsoft.SqlServer.TransactSql.ScriptDom.dll")))
    from Microsoft.SqlServer.TransactSql import ScriptDom

    versions = [re.fullmatch(r"TSql(\d+)Parser", str(exported.Name)) for exported in assembly.GetExportedTypes()]
    newest = max(int(version[1]) for version in versions if version)
    return Parser(ScriptDom, newest, names(only(wheels, "**/Microsoft.SqlServer.SqlParser.dll")))


def only(folder, pattern):
    found = list(folder.glob(pattern))
    if len(found) != 1:
        sys.exit(f"{len(found)} files in {folder} are called {pattern}: the wheels have changed")
    return found[0]


def names(assembly):
    """The words among the literals of an assembly, which stand in it as UTF-16."""
    words = re.findall(rb"(?:[A-Za-z0-9_]\0){2,}", assembly.read_bytes())
    return {word.decode("utf-16-le").lower() for word in words}


if __name__ == "__main__":
    if len(sys.argv) != 5:
        sys.exit(__doc__)
    sys.exit(main(*sys.argv[1:]))
