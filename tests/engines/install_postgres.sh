#!/bin/sh
# Installs PostgreSQL where it is missing and Debian's packages can be had; else says so and goes on.
ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && exit 0
command -v initdb >/dev/null 2>&1 && exit 0
command -v apt-get >/dev/null 2>&1 || { echo "PostgreSQL is missing, and there is no apt-get to install it"; exit 0; }
as_root=
[ "$(id -u)" = 0 ] || as_root="sudo -n"
echo "Installing PostgreSQL ..."
# The tests start a server of their own, so Debian's is not to be started.
{
    $as_root apt-get -qq update
    $as_root env DEBIAN_FRONTEND=noninteractive RUNLEVEL=1 apt-get -qq install -y postgresql
} >/dev/null 2>&1 || echo "PostgreSQL could not be installed: it will be skipped"
