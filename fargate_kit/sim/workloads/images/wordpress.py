"""`wordpress`: PHP on Apache, copied into the document root when it starts."""

from __future__ import annotations

from fargate_kit.sim.workloads.behaviour import HttpAnswer, Launch
from fargate_kit.sim.workloads.http_request import HttpRequest
from fargate_kit.sim.workloads.image import SHELL_PROGRAMS, Image, hand_over
from fargate_kit.sim.workloads.images.apache import apache_program
from fargate_kit.sim.workloads.images.serving import Site, page
from fargate_kit.sim.workloads.process import Process, Running

_ROOT = "/var/www/html"
_CONFIGURATION = f"{_ROOT}/wp-config.php"
_SERVER = "Apache/2.4.65 (Debian)"
_SITE = Site(server=_SERVER, root=_ROOT, methods=("GET", "HEAD", "POST"))
_SETUP, _INSTALL = "/wp-admin/setup-config.php", "/wp-admin/install.php"


def _entry_point(process: Process) -> Running:
    words = process.arguments[1:]
    if words and words[0].startswith(("apache2", "php-fpm")):
        yield from _install(process)
    return (yield from hand_over(process, words))


def _install(process: Process) -> Running:
    files = process.launch.inside.files
    if files.read(f"{_ROOT}/index.php") is None:
        yield from process.say(f"WordPress is not in {_ROOT} yet: it is copied now", 0.2, 2)
        files.write(f"{_ROOT}/index.php", "<?php require 'wp-blog-header.php';\n")
        files.write(f"{_ROOT}/wp-config-docker.php", "<?php\n")
        yield from process.say(f"WordPress has been copied to {_ROOT}", 1.5, 2)
    given = [name for name in process.environment if name.startswith("WORDPRESS_")]
    if given and files.read(_CONFIGURATION) is None:
        files.write(_CONFIGURATION, "<?php\n")
        yield from process.say(f"wp-config.php is made from {' '.join(given)}", 0.1, 2)
        environment = process.environment
        name = environment.get("WORDPRESS_DB_NAME", "wordpress")
        host = environment.get("WORDPRESS_DB_HOST", "mysql")
        user = environment.get("WORDPRESS_DB_USER", "example username")
        text = f"WordPress will look for database '{name}' on '{host}' as user '{user}'"
        yield from process.say(text, 0.0, 2)
    return 0


def _respond(launch: Launch, request: HttpRequest) -> HttpAnswer:
    """Answer as a WordPress that nobody has set up yet; its database is taken for reachable."""
    path = request.path
    first = _INSTALL if launch.inside.files.read(_CONFIGURATION) is not None else _SETUP
    if path in {"/", "/index.php", "/wp-admin", "/wp-admin/", "/wp-login.php"}:
        return _SITE.answer(launch, request, 302, "", Location=first, X_Powered_By="PHP/8.3")
    if path == first:
        step = "Choose a title, a user and a password." if path == _INSTALL else "Name a database."
        text = page(launch, "WordPress", "This WordPress has not been set up yet.", step)
        return _SITE.answer(launch, request, 200, text, X_Powered_By="PHP/8.3")
    if path.endswith(".php"):
        return _SITE.error(launch, request, 404)
    return _SITE.respond(launch, request)


_APACHE = apache_program(_respond, f"{_SERVER} PHP/8.3")

WORDPRESS = Image(
    image_size=250.0,
    entry_point=("docker-entrypoint.sh",),
    command=("apache2-foreground",),
    programs={
        **SHELL_PROGRAMS,
        "apache2": _APACHE,
        "apache2-foreground": _APACHE,
        "apachectl": _APACHE,
        "docker-entrypoint.sh": _entry_point,
    },
    working_directory=_ROOT,
    stop_signal="WINCH",
)
"""The official image of WordPress with Apache."""
