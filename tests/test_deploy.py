"""What runs LearningLion elsewhere says what is so: commands, settings, routes, rights that are needed."""

from __future__ import annotations

import fnmatch
import importlib.util
import json
import re
import shutil
import subprocess
import sys
import threading
import tomllib
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from types import ModuleType

import click
import pytest
import typer.main
import yaml
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from learninglion.cli import app
from learninglion.settings import load_settings
from learninglion.web.pages.public import router

ROOT = Path(__file__).resolve().parents[1]
DEPLOY = ROOT / "deploy"
UNITS = sorted((DEPLOY / "systemd").glob("*.service"))
CONTAINERFILE = (DEPLOY / "Containerfile").read_text("utf-8")
COMPOSE = yaml.safe_load((DEPLOY / "compose.yaml").read_text("utf-8"))
MANIFESTS = [
    manifest
    for path in sorted((DEPLOY / "kubernetes").glob("*.yaml"))
    for manifest in yaml.safe_load_all(path.read_text("utf-8"))
]
SETS = [m for m in MANIFESTS if m["kind"] == "StatefulSet"]
CONTAINERS = [c for m in SETS for c in m["spec"]["template"]["spec"]["containers"]]
OWN = [s for s in COMPOSE["services"].values() if "learninglion" in s["image"]]


def understand(words: list[str]) -> str:
    """Read a command line as the program does, without doing it; gives the command."""
    group = typer.main.get_command(app)
    name, command, rest = group.resolve_command(click.Context(group), words)  # type: ignore[attr-defined]
    command.make_context(name, rest)
    return str(name)


def entries(unit: Path) -> list[tuple[str, str]]:
    """The lines of the part [Service]."""
    service = unit.read_text("utf-8").split("[Service]")[1].split("[Install]")[0]
    return [tuple(line.split("=", 1)) for line in service.splitlines() if re.match(r"\w+=", line)]  # type: ignore[misc]


def instruction(name: str) -> list[str]:
    """What the last instruction of this name in the Containerfile runs."""
    return list(map(str, json.loads(re.findall(rf"^{name} (\[.*\])$", CONTAINERFILE, re.MULTILINE)[-1])))


def tool(name: str) -> ModuleType:
    spec = importlib.util.spec_from_file_location(name, ROOT / "tools" / f"{name}.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def test_every_command_exists() -> None:
    assert [understand(s["command"]) for s in OWN] == ["serve", "worker"]
    assert sorted(understand(c["args"]) for c in CONTAINERS) == ["serve", "worker"]
    started = [dict(entries(unit))["ExecStart"].split() for unit in UNITS]
    assert [understand(words[1:]) for words in started] == ["worker", "serve"]
    assert understand(instruction("CMD")) == "serve"
    assert instruction("ENTRYPOINT") == ["learninglion"]
    with pytest.raises(Exception, match="No such option"):
        understand(["worker", "--loudly"])


def test_every_setting_exists(tmp_path: Path) -> None:
    told = {f"compose {n}": s.get("environment", {}) for n, s in COMPOSE["services"].items()}
    told |= {c["name"]: {e["name"]: e["value"] for e in c["env"]} for c in CONTAINERS}
    for unit in UNITS:
        words = " ".join(value for key, value in entries(unit) if key == "Environment").split()
        told[unit.name] = dict(word.split("=", 1) for word in words)
    told["image"] = dict(re.findall(r"(LEARNINGLION_\w+)=(\S+)", CONTAINERFILE))
    example = re.findall(r"^#     (.*)$", (DEPLOY / "kubernetes/namespace.yaml").read_text(), re.MULTILINE)
    settings = tmp_path / "settings.toml"
    settings.write_text("\n".join(example), "utf-8")
    assert {"database_url", "web", "jobs"} == set(tomllib.loads(settings.read_text()))
    for where, names in told.items():
        ours = {n: v for n, v in names.items() if n.startswith("LEARNINGLION_")}
        assert ours or where == "compose postgres"
        if "LEARNINGLION_SETTINGS" in ours:
            ours["LEARNINGLION_SETTINGS"] = str(settings)
        load_settings(ours)  # refuses a name it does not know


def test_probes_ask_for_routes_that_exist() -> None:
    known = {route.path for route in router.routes}  # type: ignore[attr-defined]
    server = next(c for c in CONTAINERS if c["name"] == "server")
    probes = {name: server[name]["httpGet"]["path"] for name in server if name.endswith("Probe")}
    assert probes == {"startupProbe": "/health", "livenessProbe": "/health", "readinessProbe": "/ready"}
    assert set(probes.values()) <= known
    assert {p["name"] for p in server["ports"]} == {server[n]["httpGet"]["port"] for n in probes}


@pytest.mark.parametrize("status", [200, 503])
def test_the_check_of_the_image_tells_well_from_ill(status: int) -> None:
    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status if self.path == "/health" else 404)
            self.end_headers()

        def log_message(self, *_: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Answer)
    threading.Thread(target=server.handle_request, daemon=True).start()
    python, *words = instruction("    CMD")
    words[-1] = words[-1].replace("8642", str(server.server_port))
    done = subprocess.run([sys.executable, *words], capture_output=True, timeout=30)
    server.server_close()
    assert (python, done.returncode) == ("python", 0 if status == 200 else 1)


def test_what_runs_in_containers_may_change_nothing_but_its_data() -> None:
    for service in COMPOSE["services"].values():
        assert service["read_only"] and service["cap_drop"] == ["ALL"]
        assert service["security_opt"] == ["no-new-privileges:true"]
        assert int(service["user"].split(":")[0]) > 0
        assert all(name in COMPOSE["secrets"] for name in service["secrets"])
        assert all(port.startswith("127.0.0.1:") for port in service.get("ports", []))
        assert "/tmp" in " ".join(service["tmpfs"])
    for manifest in SETS:
        pod = manifest["spec"]["template"]["spec"]
        assert pod["securityContext"]["runAsNonRoot"] and not pod["automountServiceAccountToken"]
        assert pod["securityContext"]["seccompProfile"] == {"type": "RuntimeDefault"}
        names = {
            v["name"]
            for v in pod["volumes"] + [v["metadata"] for v in manifest["spec"]["volumeClaimTemplates"]]
        }
        for container in pod["containers"]:
            held = container["securityContext"]
            assert held["readOnlyRootFilesystem"] and not held["allowPrivilegeEscalation"]
            assert held["capabilities"] == {"drop": ["ALL"]}
            assert "memory" in container["resources"]["limits"]
            assert {v["name"] for v in container["volumeMounts"]} == names
    last = CONTAINERFILE.split("\nFROM ")[-1]
    uid = re.findall(r"^USER (\d+):", last, re.MULTILINE)
    assert uid == ["10001"] == [s["user"].split(":")[0] for s in OWN[:1]]


def test_pods_answer_to_the_services_and_policies_that_name_them() -> None:
    labels = [m["spec"]["template"]["metadata"]["labels"] for m in SETS]
    services = {m["metadata"]["name"]: m["spec"]["selector"] for m in MANIFESTS if m["kind"] == "Service"}
    assert all(selector in labels for selector in services.values())
    assert all(m["spec"]["serviceName"] in services for m in SETS)
    closed = [m["spec"] for m in MANIFESTS if m["kind"] == "NetworkPolicy" and not m["spec"]["podSelector"]]
    assert [spec["policyTypes"] for spec in closed] == [["Ingress", "Egress"]]
    listed = next(m for m in MANIFESTS if m["kind"] == "Kustomization")
    here = {p.name for p in (DEPLOY / "kubernetes").iterdir()} - {"kustomization.yaml"}
    assert set(listed["resources"]) == here
    assert {i["name"] for i in listed["images"]} == {c["image"] for c in CONTAINERS}


def test_the_units_differ_in_what_they_start_only() -> None:
    worker, server = ([e for e in entries(unit) if e[0] != "ExecStart"] for unit in UNITS)
    assert worker == server
    held = dict(server)
    assert held["IPAddressDeny"] == "any" and held["IPAddressAllow"] == "localhost"
    assert held["ProtectSystem"] == "strict" and held["CapabilityBoundingSet"] == ""
    assert held["PrivateTmp"] == held["NoNewPrivileges"] == "true"


@pytest.mark.skipif(shutil.which("systemd-analyze") is None, reason="systemd-analyze is not here")
@pytest.mark.parametrize("unit", UNITS, ids=lambda u: u.name)
def test_systemd_reads_the_units(unit: Path, tmp_path: Path) -> None:
    copy = tmp_path / unit.name
    text = unit.read_text("utf-8").replace("/opt/learninglion/bin/learninglion", "/bin/true")
    copy.write_text(text, "utf-8")
    done = subprocess.run(["systemd-analyze", "verify", copy], capture_output=True, text=True, timeout=60)
    assert (done.returncode, copy.name in done.stderr) == (0, False), done.stderr


def test_the_image_is_built_from_what_is_here() -> None:
    allowed = [line[1:] for line in (ROOT / ".dockerignore").read_text().splitlines() if line.startswith("!")]
    copied = [
        w for line in re.findall(r"^COPY (?!--from)(.*) \S+$", CONTAINERFILE, re.M) for w in line.split()
    ]
    assert copied
    for name in copied:
        assert (ROOT / name).exists()
        assert any(fnmatch.fnmatch(name, pattern) for pattern in allowed), name
    assert all((ROOT / name).exists() for name in re.findall(r"requirements/\w+\.txt", CONTAINERFILE))
    pips = re.findall(r"bin/pip install(.*?)(?:&&|^\S)", CONTAINERFILE, re.MULTILINE | re.DOTALL)
    assert len(pips) == 2
    assert all("--require-hashes" in line or "--no-index" in line for line in pips)


def test_a_bundle_that_was_changed_is_not_installed(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    make, install = tool("make_bundle"), tool("install_bundle")
    ours = f"cp{sys.version_info[0]}{sys.version_info[1]}-{make.machine()}"
    bundle = tmp_path / f"learninglion-0-{ours}"
    (bundle / "wheels").mkdir(parents=True)
    for name in ("runtime.txt", "wheels/a.whl", "wheels/b.whl"):
        (bundle / name).write_text(name, "utf-8")
    make.seal(bundle)
    assert install.differences(bundle) == install.misfit(bundle.name) == []
    (bundle / "wheels/a.whl").write_text("other", "utf-8")
    (bundle / "wheels/b.whl").unlink()
    (bundle / "wheels/c.whl").touch()
    told = ["wheels/c.whl: not in SHA256SUMS", "wheels/a.whl: changed", "wheels/b.whl: missing"]
    assert install.differences(bundle) == told
    install.HERE = bundle
    assert install.main(["--into", str(tmp_path / "place")]) == 1
    assert capsys.readouterr().err.splitlines() == told
    assert not (tmp_path / "place").exists()
    assert ours in install.misfit("learninglion-0-cp27-linux_vax")[0]


def test_what_is_installed_is_what_the_bundle_carries() -> None:
    make, install = tool("make_bundle"), tool("install_bundle")
    assert {*install.SETS} == {f"{name}.txt" for name in make.SETS if name != "install"} | {
        "learninglion.txt"
    }
    assert all((ROOT / name).exists() for name in (*make.BUILT_FROM, *make.CARRIED))
    assert all((ROOT / "requirements" / f"{name}.txt").exists() for name in make.SETS)


def test_a_bundle_is_signed(tmp_path: Path) -> None:
    make = tool("make_bundle")
    private = Ed25519PrivateKey.generate()
    key, packed = tmp_path / "key.pem", tmp_path / "x.tar.gz"
    key.write_bytes(private.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
    packed.write_bytes(b"bundle")
    assert make.sign(packed, None) == [tmp_path / "x.tar.gz.sha256"]
    told, signature = make.sign(packed, key)
    assert told.read_text() == f"{make.digest(packed)}  x.tar.gz\n"
    private.public_key().verify(signature.read_bytes(), told.read_bytes())
    with pytest.raises(InvalidSignature):
        private.public_key().verify(signature.read_bytes(), told.read_bytes() + b" ")
