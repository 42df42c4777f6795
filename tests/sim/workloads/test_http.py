"""Pages of simulated web servers, and the clients inside a container."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from fargate_kit.sim.workloads import Image, Say, WebWorkload, Workloads

if TYPE_CHECKING:
    from tests.sim.workloads.conftest import Play

WEB = (
    "httpd",
    "nginx",
    "public.ecr.aws/nginx/nginx:1.27",
    "amazon/amazon-ecs-sample",
    "tutum/hello-world",
    "acme/web:1",
)


@pytest.mark.parametrize("image", WEB)
def test_a_page_shows_which_container_has_answered(play: Play, image: str) -> None:
    """Host and address are on the first page, so that balancing can be seen."""
    answer = play(image).run().get()
    assert answer.status == 200
    assert b"ip-10-0-0-12" in answer.body
    assert b"10.0.0.12" in answer.body
    assert answer.headers["Content-Length"] == str(len(answer.body))
    assert answer.headers["Content-Type"] == "text/html"
    assert answer.headers["Date"] == "Fri, 15 Jan 2027 08:00:00 GMT"


@pytest.mark.parametrize("image", [*WEB, "wordpress"])
def test_a_connection_is_refused_before_the_server_is_up_and_after_its_end(
    play: Play, image: str
) -> None:
    """A server answers from its start to its stop signal, and at no other time."""
    container = play(image, entry_point=(), environment={})
    if image != "acme/web:1":
        assert container.get() is None
    container.run()
    assert container.get() is not None
    container.stop()
    assert container.get() is None


@pytest.mark.parametrize(
    ("image", "server"),
    [
        ("nginx:1.27.3", "nginx/1.27.3"),
        ("nginx:1.27-alpine", "nginx/1.27"),
        ("httpd:2.4.62", "Apache/2.4.62 (Unix)"),
        ("wordpress", "Apache/2.4.65 (Debian)"),
    ],
)
def test_a_server_names_itself(play: Play, image: str, server: str) -> None:
    """The Server header has the version of the image's tag, where it has one."""
    assert play(image).run().get().headers["Server"] == server


@pytest.mark.parametrize("image", ["httpd", "nginx", "wordpress"])
def test_an_unknown_path_is_not_found(play: Play, image: str) -> None:
    """Only what is there can be had, and nothing above the document root."""
    container = play(image).run()
    for path in ("/nope", "/nope/", "/../../etc/passwd", "/%2e%2e/x", "/a?b=c", "//", "/\x00"):
        status = container.get(path).status
        assert status == (404 if path != "//" else container.get("/").status)


@pytest.mark.parametrize(
    ("image", "method", "status"),
    [
        ("nginx", "HEAD", 200),
        ("nginx", "POST", 405),
        ("nginx", "DELETE", 405),
        ("httpd", "HEAD", 200),
        ("httpd", "POST", 200),
        ("httpd", "PUT", 405),
    ],
)
def test_a_method_is_allowed_or_not(play: Play, image: str, method: str, status: int) -> None:
    """HEAD has the headers of GET and no body; what is not allowed is 405."""
    container = play(image).run()
    answer = container.get("/", method)
    assert answer.status == status
    if method == "HEAD":
        assert answer.body == b""
        assert answer.headers["Content-Length"] == container.get().headers["Content-Length"]
    if status == 405:
        assert method not in answer.headers["Allow"]


def test_every_answer_comes_with_its_line_of_the_access_log(play: Play) -> None:
    """The line has peer, time, request, status, size and user agent."""
    container = play("nginx").run(3600.0)
    headers = {"user-agent": 'ELB-HealthChecker/2.0 "x"\n'}
    image = container.workload
    answer = image.respond(container.launch, "GET", "/a?b", headers, b"", peer="10.0.1.7")
    assert answer is not None
    size = len(answer.body)
    assert answer.log == (
        Say(
            '10.0.1.7 - - [15/Jan/2027:09:00:00 +0000] "GET /a?b HTTP/1.1" 404 '
            f'{size} "-" "ELB-HealthChecker/2.0 \\x22x\\x22\\x0A"'
        ),
    )


def test_a_port_answers_only_where_the_server_listens(play: Play) -> None:
    """A request to another port is refused; a database accepts it and speaks no HTTP."""
    nginx = play("nginx").run()
    redis = play("redis").run()
    image, launch = nginx.workload, nginx.launch
    assert image.respond(launch, "GET", "/", {}, b"", port=80) is not None
    assert image.respond(launch, "GET", "/", {}, b"", port=8080) is None
    assert (image.listens(launch, 80), image.listens(launch, 8080)) == (True, False)
    assert redis.get() is None
    assert redis.workload.listens(redis.launch, 6379)


def test_an_unknown_image_answers_on_every_port_and_path(play: Play) -> None:
    """Whatever a health check of somebody's own image asks, it passes."""
    container = play("acme/web:1").run()
    for port in (80, 8080, 3000):
        answer = container.workload.respond(container.launch, "GET", "/healthz", {}, b"", port=port)
        assert answer is not None
        assert answer.status == 200


@pytest.mark.parametrize(
    ("environment", "location"),
    [
        ({}, "/wp-admin/setup-config.php"),
        ({"WORDPRESS_DB_HOST": "db"}, "/wp-admin/install.php"),
    ],
)
def test_a_new_wordpress_leads_to_its_set_up(
    play: Play, environment: dict[str, str], location: str
) -> None:
    """The first page is a redirection, as of every WordPress that nobody has set up."""
    container = play("wordpress", environment=environment).run()
    first = container.get()
    assert (first.status, first.headers["Location"]) == (302, location)
    page = container.get(location)
    assert page.status == 200
    assert b"ip-10-0-0-12" in page.body
    assert container.get("/other.php").status == 404


def test_files_that_the_container_writes_are_served(play: Play) -> None:
    """The pages are the files of the document root."""
    script = (
        "cd /usr/local/apache2/htdocs; echo '{\"ok\": 1}' > health.json; mkdir -p sub;"
        " echo hi > sub/index.html; exec httpd-foreground"
    )
    container = play("httpd", "sh", "-c", script).run()
    health = container.get("/health.json")
    assert (health.body, health.headers["Content-Type"]) == (b'{"ok": 1}\n', "application/json")
    assert container.get("/sub").body == container.get("/sub/").body == b"hi\n"
    assert container.stop().code == 0


def test_python_lists_its_directory(play: Play) -> None:
    """The names in the directory are on the page."""
    script = "cd /srv; echo a > one.txt; mkdir -p d; echo b > d/two.txt; exec python -m http.server"
    container = play("python", "sh", "-c", script).run()
    listing = container.get().body.decode()
    assert "one.txt" in listing
    assert "d" in listing
    assert "two.txt" not in listing
    assert container.get("/d/two.txt").body == b"b\n"
    assert container.get("/nope").status == 404


@pytest.mark.parametrize(
    ("script", "lines", "code"),
    [
        ("curl -s localhost/nope -o /dev/null -w '%{http_code}\\n'", ["404"], 0),
        ("curl -sf http://localhost/ > /dev/null && echo up", ["up"], 0),
        (
            "curl -fsS http://127.0.0.1:80/nope",
            ["curl: (22) The requested URL returned error: 404"],
            22,
        ),
        ("curl -f http://localhost:8080/", None, 7),
        ("curl -s http://localhost:8080/", [], 7),
        ("curl -s http://example.com/", [], 6),
        ("curl -sI 10.0.0.12 > h; read line < h; echo $line", ["HTTP/1.1 200 OK\r"], 0),
        ("curl -sX POST localhost -o /dev/null -w '%{http_code}'", ["405"], 0),
        ("curl", ["curl: no URL specified"], 2),
        ("curl --nosuch localhost", ["curl: option --nosuch: not simulated here"], 2),
        ("wget -qO- http://localhost/ > f; [ -s f ] && echo got", ["got"], 0),
        ("wget -q --spider http://localhost/ && echo up", ["up"], 0),
        ("wget -q -O /dev/null http://localhost/nope", [], 1),
        ("wget -q localhost; [ -f index.html ] && echo kept", ["kept"], 0),
        ("wget http://localhost:81/", None, 1),
    ],
)
def test_a_client_in_the_container_asks_its_own_server(
    play: Play, script: str, lines: list[str] | None, code: int
) -> None:
    """`curl` and `wget` reach the servers of the container, and say why they do not."""
    container = play("nginx", "sh", "-c", f"nginx; cd /tmp; {script}").run()
    assert container.code == code
    if lines is not None:
        assert [line for line in container.lines if ' HTTP/1.1" ' not in line] == lines


def test_the_server_logs_what_a_client_in_its_container_asks(play: Play) -> None:
    """Two requests of one client are two lines, and neither gets into the client's output."""
    script = "nginx; x=$(curl -s localhost; curl -sf localhost/nope); sleep 1"
    container = play("nginx", "sh", "-c", script).run()
    asked = [line.split('"') for line in container.lines]
    assert [(words[1], words[2].split()[0]) for words in asked] == [
        ("GET / HTTP/1.1", "200"),
        ("GET /nope HTTP/1.1", "404"),
    ]


def test_clients_follow_redirections_where_they_are_told_to(play: Play) -> None:
    """`curl` needs -L, `wget` does not."""
    container = play("wordpress").run()
    assert container.check("CMD-SHELL", "curl -sf localhost | true") == 2
    script = "[ $(curl -s -o /dev/null -w '%{http_code}' localhost) = 302 ]"
    assert container.check("CMD-SHELL", script) == 0
    followed = script.replace("curl -s", "curl -sL").replace("302", "200")
    assert container.check("CMD-SHELL", followed) == 0
    assert container.check("CMD-SHELL", "wget -q --spider localhost") == 0


def test_images_are_web_workloads() -> None:
    """Whoever balances load finds out by the protocol."""
    found = Workloads().find("nginx")
    assert isinstance(found, WebWorkload)
    assert isinstance(found, Image)
