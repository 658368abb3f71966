#!/bin/sh
# Installs Neovim from the system's packages, where it is missing and that is possible.
set -eu
command -v nvim >/dev/null && exit 0
if command -v apt-get >/dev/null && [ "$(id -u)" = 0 ]; then
    apt-get -qq update && DEBIAN_FRONTEND=noninteractive apt-get -qq install -y neovim >/dev/null
fi
command -v nvim >/dev/null || { echo "Neovim is needed. On Debian and Ubuntu: sudo apt install neovim" >&2; exit 1; }
