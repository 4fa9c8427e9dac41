# sign_in.sh: to be sourced: a demo account signs in as a browser does, with the secret of the form.
# SPDX-License-Identifier: Apache-2.0
sign_in_page() { # JAR LOGIN ORIGIN
  local secret
  secret=$(curl -s -c "$1" -b "$1" "$3/sign-in" | grep -oE 'name="csrf" value="[^"]+"' | head -n 1 | cut -d\" -f4)
  curl -s -c "$1" -b "$1" -o /dev/null -d "login=$2&csrf=$secret" "$3/sign-in"
}
