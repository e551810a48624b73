"""The rules of the layout, read from the source: who may import whom, and who may know what."""

import ast
import re
import sys
import tomllib
from collections.abc import Iterable
from graphlib import TopologicalSorter
from importlib.metadata import packages_distributions
from itertools import chain
from pathlib import Path

ROOT = Path(__file__).parent.parent

LAYERS = tuple(
    frozenset(layer.split())
    for layer in (
        "errors",
        "messages settings listening text wire"
        " listening.decisions listening.pace"
        " text.apologies text.echo text.joining text.sentences text.speakable",
        "endpointing engine_api limits listening.audio_queue outbound watchdog"
        " wire.frame_types wire.message_codec",
        "listening.no_ears turn websocket_protocol",
        "listening.recognition listening.utterance telemetry",
        "listening.utterances",
        "session_state",
        "engine_room gemini_client reception stt_stream tts_stream",
        "conversation",
        "connection",
        "app",
    )
)
"""The modules of the service, lowest first. A module imports from lower layers, never its own."""

GROUPS = frozenset({"listening", "text", "wire"})
"""Folders whose modules have a layer of their own."""

PACKAGES = {
    "engines": frozenset({"engine_api", "errors", "settings", "engines", "lessons"}),
    "lessons": frozenset({"lessons"}),
}
"""Packages, and what of ours they may import. Only ``app`` and benches may import ``engines``."""

OUTSIDERS = frozenset({"bench", "tests", "tools"})
"""What stands beside the service; nothing in the service may import it."""

WEB_FRAMEWORK = frozenset({"fastapi", "starlette", "uvicorn", "uvloop"})
VALIDATION = frozenset({"pydantic", "pydantic_core", "pydantic_settings"})
VALIDATES = frozenset({"wire.message_codec", "messages", "settings", "websocket_protocol"})
QUICK = VALIDATION | {"num2words", "numpy", "rapidfuzz"}
"""Libraries quick enough to import that a package may do so before an engine starts."""

GOOGLE = frozenset({"google", "grpc", "httpx2"})
"""Google's client libraries, and what they are made of."""

MAX_LINES = 350
NOT_OURS = frozenset({"node_modules", "out"})

ENVIRONMENT = frozenset({"environ", "environb", "getenv"})
EMPTY_CONTAINER = re.compile(r"\[\]|\{\}|(list|dict|set|deque)\(\)|defaultdict\(\w*\)")

FOREIGN = r"/(?:wor[k]|tm[p]|roo[t]|hom[e])/|(?:pyp[i]|pythonhoste[d]|npmj[s]|debia[n])\.org"
"""Paths of one machine and hosts of package registries: they mean nothing elsewhere."""

UNFINISHED = r"\b(?:TOD[O]|FIXM[E]|XX[X]|NotImplementedErro[r])\b"
TEXT_FILES = (".py", ".js", ".html", ".css", ".md", ".toml", ".json", ".lock", ".txt")


def _files(*suffixes: str) -> list[Path]:
    tops = [path for path in ROOT.iterdir() if path.name[0] != "." and path.name not in NOT_OURS]
    paths = [path for top in tops for path in ([top] if top.is_file() else top.rglob("*"))]
    return sorted(path for path in paths if path.suffix in suffixes)


def _module(path: Path) -> str:
    parts = path.relative_to(ROOT).with_suffix("").parts
    return ".".join(parts[:-1] if parts[-1] == "__init__" else parts)


def _root(module: str) -> str:
    return module.partition(".")[0]


def _place(module: str) -> str:
    """Return what stands in the table for a module."""
    return ".".join(module.split(".")[:2]) if _root(module) in GROUPS else _root(module)


TREES = {_module(path): ast.parse(path.read_text()) for path in _files(".py")}
SERVICE = sorted(module for module in TREES if _root(module) not in OUTSIDERS)
PACKAGED = [module for module in SERVICE if _root(module) in PACKAGES]
LAYERED = [module for module in SERVICE if _root(module) not in PACKAGES]
OURS = frozenset(_root(module) for module in TREES)


def _imports(nodes: Iterable[ast.AST]) -> set[str]:
    names = set()
    for node in nodes:
        if isinstance(node, ast.Import):
            names |= {alias.name for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.module:
            names.add(node.module)
            # "from package import module" imports the module as well
            names |= {f"{node.module}.{alias.name}" for alias in node.names} & TREES.keys()
    return names


def _all_imports(module: str) -> set[str]:
    return _imports(ast.walk(TREES[module]))


def _imports_at_load(module: str) -> set[str]:
    return _imports(TREES[module].body)


def _ours(names: set[str]) -> set[str]:
    return {_place(name) for name in names if _root(name) in OURS}


def _libraries(names: set[str]) -> set[str]:
    return {_root(name) for name in names} - OURS - sys.stdlib_module_names


def _below(module: str) -> frozenset[str]:
    layer = next((i for i, layer in enumerate(LAYERS) if module in layer), 0)
    return frozenset[str]().union(*LAYERS[:layer])


def test_every_module_has_its_place() -> None:
    """A new module is put into the table before it is used."""
    assert not set(LAYERED) - frozenset[str]().union(*LAYERS)


def test_imports_point_down() -> None:
    """A module imports lower layers only: no stage knows another, nobody knows the edge."""
    beside = {"app": {"engines"}}
    offences = {
        module: found
        for module in LAYERED
        if (found := _ours(_all_imports(module)) - _below(module) - beside.get(module, set()))
    }
    assert not offences


def test_packages_import_only_what_they_may() -> None:
    """Engines see the seam and the lessons; lessons see nobody."""
    offences = {
        module: found
        for module in PACKAGED
        if (found := _ours(_all_imports(module)) - PACKAGES[_root(module)])
    }
    assert not offences


def test_no_module_imports_itself_by_a_detour() -> None:
    """The imports of the service have no cycle, inside packages either."""
    graph = {module: _all_imports(module) & TREES.keys() - {module} for module in SERVICE}
    assert list(TopologicalSorter(graph).static_order())


def test_libraries_are_known_only_where_they_belong() -> None:
    """The edge knows the web framework, the messages their validation, only packages a vendor."""
    allowed = {"app": WEB_FRAMEWORK} | dict.fromkeys(VALIDATES, VALIDATION)
    offences = {
        module: found
        for module in LAYERED
        if (found := _libraries(_all_imports(module)) - allowed.get(module, frozenset()))
    }
    offences |= {
        module: found
        for module in PACKAGED
        if (found := _libraries(_all_imports(module)) & WEB_FRAMEWORK)
    }
    assert not offences


def test_vendors_are_imported_when_an_engine_starts() -> None:
    """Importing an engine costs nothing: its vendor is imported inside a function.

    The modules of Google's engines are imported only when they are chosen, so they need not wait.
    """
    offences = {
        module: found
        for module in PACKAGED
        if (found := _loaded_libraries(module) - QUICK - _vendors_of(module))
    }
    assert not offences


def _vendors_of(module: str) -> frozenset[str]:
    return GOOGLE if module.startswith("engines.google.") else frozenset()


def _loaded_libraries(module: str) -> set[str]:
    """Return the libraries that are imported with a module, by it or by what it imports of ours."""
    seen, new = set[str](), {module}
    while new:
        seen |= new
        new = set[str]().union(*map(_imports_at_load, new)) & TREES.keys() - seen
    return set[str]().union(*(_libraries(_imports_at_load(name)) for name in seen))


def test_every_library_is_declared() -> None:
    """What is imported stands in pyproject.toml, not only in something that needs it."""
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    runtime = _distributions(project["project"]["dependencies"])
    groups = chain(*project["dependency-groups"].values())
    development = runtime | _distributions([name for name in groups if isinstance(name, str)])
    installed = packages_distributions()
    offences = {
        f"{module}: {library}"
        for module in TREES
        for library in _libraries(_all_imports(module))
        if not {_canonical(name) for name in installed.get(library, [library])}
        & (runtime if module in SERVICE else development)
    }
    assert not offences


def _distributions(requirements: list[str]) -> set[str]:
    return {_canonical(re.split(r"[^\w-]", requirement)[0]) for requirement in requirements}


def _canonical(distribution: str) -> str:
    return re.sub(r"[-_.]+", "-", distribution).lower()


def test_only_settings_reads_the_environment() -> None:
    """Whoever wants to know something of the environment asks the settings."""
    offences = [
        f"{module}:{node.lineno}"
        for module in SERVICE
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.Attribute | ast.Name)
        and (node.attr if isinstance(node, ast.Attribute) else node.id) in ENVIRONMENT
    ]
    assert not offences


def test_no_module_holds_state() -> None:
    """What lives at module level is a constant, a logger or the app, and nothing rebinds it."""
    offences = [
        f"{module}:{node.lineno}"
        for module in SERVICE
        for node in ast.walk(TREES[module])
        if isinstance(node, ast.Global)
        or (node in TREES[module].body and (_names_a_variable(node) or _is_empty_container(node)))
    ]
    assert not offences


def _names_a_variable(node: ast.AST) -> bool:
    targets = node.targets if isinstance(node, ast.Assign) else []
    names = {target.id for target in targets if isinstance(target, ast.Name)}
    return any(name.islower() and name[:2] != "__" for name in names - {"logger", "app"})


def _is_empty_container(node: ast.AST) -> bool:
    value = node.value if isinstance(node, ast.Assign | ast.AnnAssign) else None
    return value is not None and bool(EMPTY_CONTAINER.fullmatch(ast.unparse(value)))


def test_files_stay_short() -> None:
    """A file that grows past the limit has more than one job."""
    lengths = {
        path.name: len(path.read_text().splitlines())
        for path in _files(".py", ".js")
        if "tests" not in path.parts
    }
    assert not {name: length for name, length in lengths.items() if length > MAX_LINES}


def test_nothing_is_foreign_or_unfinished() -> None:
    """No file names a path of one machine or a registry's host, or is left for later."""
    offences = {
        path.name: found
        for path in _files(*TEXT_FILES)
        if (found := re.findall(f"{FOREIGN}|{UNFINISHED}", path.read_text()))
    }
    assert not offences
