"""The Kubernetes manifests: by Kubernetes' and KEDA's schemas, and against what the program has."""

import re
from collections.abc import Iterator
from typing import Any

import jsonschema
import kubernetes_validate
import orjson
import pytest
import yaml

from tests.bench.parts import PARTS
from tests.deploy.commands import ROLES, config_of, parse
from tests.deploy.queries import DEPLOY, rules
from worker.config import Config, parse_config
from worker.config.connection import CertificateError, make_connection
from worker.observe.observer import Observed
from worker.observe.server import application
from worker.topics.contracts import load_contracts

HERE = DEPLOY / "kubernetes"
VERSIONS = ("1.31.0", "1.37.0")
Manifest = dict[str, Any]  # Any: YAML
KUSTOMIZATION: Manifest = yaml.safe_load((HERE / "kustomization.yaml").read_text())
KEDA = jsonschema.Draft202012Validator(
    orjson.loads((DEPLOY.parent / "tests/deploy/data/keda-scaledobject.json").read_bytes())
)
KAFKA_SCALER = {
    "bootstrapServers", "consumerGroup", "topic", "lagThreshold", "activationLagThreshold", "offsetResetPolicy",
    "allowIdleConsumers", "scaleToZeroOnInvalidOffset", "excludePersistentLag", "limitToPartitionsWithLag", "version",
    "partitionLimitation", "sasl", "tls", "unsafeSsl",
}  # fmt: skip
"""What KEDA's Kafka scaler reads from a trigger's metadata."""


def manifests() -> Iterator[Manifest]:
    for name in KUSTOMIZATION["resources"]:
        yield from yaml.safe_load_all((HERE / name).read_text())


ALL = list(manifests())
OWN = [each for each in ALL if not each["apiVersion"].startswith("keda.sh/")]
RUNNING = [each for each in ALL if each["kind"] in ("StatefulSet", "Job")]


def title(manifest: Manifest) -> str:
    return f"{manifest['kind']}-{manifest['metadata']['name']}"


def named(kind: str, name: str) -> Manifest:
    (found,) = [each for each in ALL if (each["kind"], each["metadata"]["name"]) == (kind, name)]
    return found


def pod(manifest: Manifest) -> Manifest:
    template: Manifest = manifest["spec"]["template"]
    return template


def container(manifest: Manifest) -> Manifest:
    (found,) = pod(manifest)["spec"]["containers"]
    assert isinstance(found, dict)
    return found


def config() -> Config:
    environment = {variable["name"]: "value" for variable in container(named("StatefulSet", "worker"))["env"]}
    return parse_config((HERE / "workspace.yaml").read_text(), environ=environment)


def labels(manifest: Manifest) -> dict[str, str]:
    """A pod's labels, with those that kustomize adds."""
    (added,) = KUSTOMIZATION["labels"]
    assert added["includeTemplates"] is True
    return {**pod(manifest)["metadata"]["labels"], **added["pairs"]}


def test_every_file_is_named_and_there() -> None:
    files = {path.name for path in HERE.glob("*.yaml")} - {"kustomization.yaml"}
    generated = {file for generator in KUSTOMIZATION["configMapGenerator"] for file in generator["files"]}
    assert files == {*KUSTOMIZATION["resources"], *generated}


@pytest.mark.parametrize("version", VERSIONS)
@pytest.mark.parametrize("manifest", OWN, ids=title)
def test_a_manifest_keeps_to_the_schema(manifest: Manifest, version: str) -> None:
    kubernetes_validate.validate(manifest, version, strict=True)


def test_the_validator_would_find_a_mistake() -> None:
    wrong = orjson.loads(orjson.dumps(named("StatefulSet", "worker")))
    container(wrong)["livenessProbe"]["httpGett"] = {}
    with pytest.raises(kubernetes_validate.ValidationError):
        kubernetes_validate.validate(wrong, VERSIONS[-1], strict=True)


@pytest.mark.parametrize("manifest", RUNNING, ids=title)
def test_a_pod_runs_a_command_that_there_is_with_a_configuration_that_is_valid(manifest: Manifest) -> None:
    arguments = [argument.replace("$(POD_NAME)", "worker-0") for argument in container(manifest)["args"]]
    assert parse(arguments)[0] == manifest["metadata"]["name"]
    (generator,) = KUSTOMIZATION["configMapGenerator"]
    mounts = {mount["name"]: mount["mountPath"] for mount in container(manifest)["volumeMounts"]}
    volumes = {volume["name"]: volume for volume in pod(manifest)["spec"]["volumes"]}
    claims = {claim["metadata"]["name"] for claim in manifest["spec"].get("volumeClaimTemplates", [])}
    assert set(mounts) == {*volumes, *claims}
    assert volumes["workspace"]["configMap"]["name"] == generator["name"]
    assert config_of(arguments) == f"{mounts['workspace']}/{generator['files'][0]}"
    assert str(config().kafka.ssl_ca_file).startswith(f"{mounts['kafka-ca']}/")
    given = {variable["name"] for variable in container(manifest)["env"]}
    assert set(re.findall(r"\$\{(\w+)\}", (HERE / "workspace.yaml").read_text())) <= given
    assert set(re.findall(r"\$\((\w+)\)", " ".join(container(manifest)["args"]))) <= given
    for file, role in ((config().view.path, "view"), (config().relay.ledger, "relay")):
        if manifest["metadata"]["name"] == role:
            assert file.startswith(f"{mounts['data']}/")


def test_every_role_has_a_stateful_set() -> None:
    assert {each["metadata"]["name"] for each in RUNNING if each["kind"] == "StatefulSet"} == ROLES


@pytest.mark.parametrize("manifest", RUNNING, ids=title)
def test_a_pod_has_no_rights_and_time_to_end(manifest: Manifest) -> None:
    spec = pod(manifest)["spec"]
    assert spec["securityContext"]["runAsNonRoot"] is True
    assert str(spec["securityContext"]["runAsUser"]) in (DEPLOY / "Dockerfile").read_text()
    assert container(manifest)["securityContext"]["capabilities"] == {"drop": ["ALL"]}
    assert spec["terminationGracePeriodSeconds"] > config().worker.stop_s
    assert spec["automountServiceAccountToken"] is False
    secrets = [each for each in container(manifest)["env"] if "value" in each]
    assert secrets == [], "secrets are referred to, not written down"


@pytest.mark.parametrize("name", sorted(ROLES))
def test_probes_ask_what_is_served(name: str) -> None:
    role = container(named("StatefulSet", name))
    (port,) = role["ports"]
    assert port["containerPort"] == config().monitoring.port
    assert config().monitoring.host == "0.0.0.0"
    served = {route.resource.canonical for route in application(Observed("worker")).router.routes() if route.resource}
    for probe in ("startupProbe", "livenessProbe", "readinessProbe"):
        asked = role[probe]["httpGet"]
        assert asked["path"] in served
        assert asked["port"] == port["name"]
    assert role["livenessProbe"]["httpGet"]["path"] == "/healthz"
    assert role["readinessProbe"]["httpGet"]["path"] == "/readyz"
    annotations = pod(named("StatefulSet", name))["metadata"]["annotations"]
    assert annotations["prometheus.io/port"] == str(config().monitoring.port)


def test_a_pod_restarts_within_its_static_membership() -> None:
    assert "--instance-id" in container(named("StatefulSet", "worker"))["args"]
    assert named("StatefulSet", "worker")["spec"]["podManagementPolicy"] == "Parallel"
    assert "replicas" not in named("StatefulSet", "worker")["spec"], "KEDA sets them"


def test_the_readme_gives_each_role_the_job_that_the_alerts_ask_for() -> None:
    shown = re.search(r"^    relabel_configs:\n(?: {6}.*\n)+", (DEPLOY / "README.md").read_text(), re.MULTILINE)
    assert shown is not None
    (rule,) = yaml.safe_load(shown[0])["relabel_configs"]
    assert rule["target_label"] == "job"
    prefix = "__meta_kubernetes_pod_label_"
    for name in ROLES:
        found = {prefix + re.sub(r"\W", "_", key): value for key, value in labels(named("StatefulSet", name)).items()}
        matched = re.fullmatch(rule["regex"], ";".join(found[source] for source in rule["source_labels"]))
        assert matched is not None
        assert rule["replacement"].replace("$1", matched[1]) == f"segment-worker-{name}"
    jobs = {job for each in rules() for job in re.findall(r'job=~"([^"]+)"', each["expr"])}
    assert jobs == {"segment-worker.*"}
    missing = {job for each in rules() for job in re.findall(r'job="([^"]+)"', each["expr"])}
    assert missing == {f"segment-worker-{name}" for name in ROLES}


def test_the_disruption_budget_and_services_select_the_pods() -> None:
    budget = named("PodDisruptionBudget", "worker")["spec"]
    assert budget["maxUnavailable"] == 1
    assert budget["selector"]["matchLabels"].items() <= labels(named("StatefulSet", "worker")).items()
    for each in RUNNING:
        if each["kind"] == "StatefulSet":
            service = named("Service", each["spec"]["serviceName"])
            assert service["spec"]["selector"].items() <= labels(each).items()


def test_keda_scales_by_the_lag_of_our_group() -> None:
    scaled = named("ScaledObject", "worker")
    KEDA.validate(scaled)
    with pytest.raises(jsonschema.ValidationError):
        KEDA.validate({**scaled, "spec": {**scaled["spec"], "maxReplicas": 3}})
    contracts = load_contracts()
    topics = {contract.topic: contract for contract in contracts.values()}
    spec = scaled["spec"]
    assert spec["scaleTargetRef"] == {"kind": "StatefulSet", "name": "worker"}
    for trigger in spec["triggers"]:
        metadata = trigger["metadata"]
        assert set(metadata) <= KAFKA_SCALER
        assert metadata["consumerGroup"] == config().kafka.app_id
        assert metadata["bootstrapServers"] in config().kafka.bootstrap_servers
        assert "worker" not in topics[metadata["topic"]].name
        assert spec["maxReplicaCount"] <= topics[metadata["topic"]].partitions
        mechanism = str(config().kafka.sasl_mechanism).lower().replace("-", "_").replace("sha_", "sha")
        assert metadata["sasl"] == mechanism
        assert named("TriggerAuthentication", trigger["authenticationRef"]["name"])
    assert spec["minReplicaCount"] >= 2
    assert spec["cooldownPeriod"] >= 300


def test_secrets_are_the_ones_that_the_readme_makes() -> None:
    text = (DEPLOY / "README.md").read_text()
    wanted = set()
    for each in RUNNING:
        for variable in container(each)["env"]:
            if "secretKeyRef" in variable.get("valueFrom", {}):
                wanted.add(
                    (variable["valueFrom"]["secretKeyRef"]["name"], variable["valueFrom"]["secretKeyRef"]["key"])
                )
    for reference in named("TriggerAuthentication", "kafka")["spec"]["secretTargetRef"]:
        wanted.add((reference["name"], reference["key"]))
    for secret, key in wanted:
        assert re.search(rf"create secret generic {secret}\b", text), secret
        assert f"{key}=" in text, key


def test_the_network_policies_allow_what_is_needed() -> None:
    roles, relay = named("NetworkPolicy", "roles")["spec"], named("NetworkPolicy", "relay")["spec"]
    for each in RUNNING:
        assert roles["podSelector"]["matchLabels"].items() <= labels(each).items()
    assert relay["podSelector"]["matchLabels"].items() <= labels(named("StatefulSet", "relay")).items()
    allowed = {port["port"] for rule in roles["egress"] for port in rule["ports"]}
    assert {int(server.rsplit(":", 1)[1]) for server in config().kafka.bootstrap_servers} | {53} == allowed
    (incoming,) = roles["ingress"]
    assert [port["port"] for port in incoming["ports"]] == [config().monitoring.port]


def test_the_connection_is_what_the_configuration_says() -> None:
    kafka = config().kafka
    assert kafka.security_protocol == "SASL_SSL"
    with pytest.raises(CertificateError, match="can't be read"):
        make_connection(kafka)  # all is right but the certificate, which is not on this machine


def test_the_measurements_that_the_readme_names_exist() -> None:
    asked = re.findall(r"--part (\w+)", (DEPLOY / "README.md").read_text())
    assert len(asked) >= 3
    assert set(asked) <= set(PARTS)
