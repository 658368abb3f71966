#!/bin/sh
# Installs Chromium where it is missing: Debian's, else playwright's own. Where neither can be had it says
# so and goes on: the tests that need it are then skipped by name.
# Usage: install_chromium.sh PYTHON
python=$1
"$python" -m leadwright.tests.browser.chromium && exit 0
as_root=
[ "$(id -u)" = 0 ] || as_root="sudo -n"
echo "Installing Chromium ..."
if command -v apt-get >/dev/null 2>&1; then
    {
        $as_root apt-get -qq update
        $as_root env DEBIAN_FRONTEND=noninteractive apt-get -qq install -y chromium-headless-shell fonts-dejavu-core
    } >/dev/null 2>&1
fi
"$python" -m leadwright.tests.browser.chromium && exit 0
"$python" -m playwright install --only-shell chromium >/dev/null 2>&1
"$python" -m leadwright.tests.browser.chromium || echo "Chromium could not be installed: the tests in the browser will be skipped"
exit 0
