#!/bin/sh
# Writes nginx' configuration from a template and the environment, then becomes nginx.
#
# Usage: start.sh gateway|web
#
# Writes to GATEWAY_RUN_DIR (default /tmp) only, so that the root file system may be read-only. docs/deployment.md lists
# the variables.
set -eu

program=${1:?which: gateway or web}
here=$(cd "$(dirname "$0")" && pwd)
run=${GATEWAY_RUN_DIR:-/tmp}

fail() {
	echo "error: $1" >&2
	echo "remedy: $2" >&2
	exit 2
}

# number NAME DEFAULT: a whole number from the environment.
number() {
	eval "value=\${$1:-$2}"
	case $value in '' | *[!0-9]*) fail "$1 is \"$value\"; it must be a whole number." "Set $1 to a number such as $2, or leave it out." ;; esac
	eval "export $1=$value"
}

# servers NAME DEFAULT: host:port, several separated by spaces, as lines of an upstream block.
servers() {
	eval "value=\${$1:-$2}"
	lines=
	for server in $value; do
		case $server in
		*[!A-Za-z0-9.:_\[\]-]* | :* | *:) fail "$1 names \"$server\"." "Set $1 to HOST:PORT, several separated by spaces." ;;
		*:*) ;;
		*) fail "$1 names \"$server\" without a port." "Set $1 to HOST:PORT, several separated by spaces." ;;
		esac
		# Two failures within five seconds, and the others serve alone for five seconds.
		lines="${lines}		server $server max_fails=2 fail_timeout=5s${resolve};
"
	done
	eval "export $1=\$lines"
}

export GATEWAY_RUN_DIR="$run"
names='$GATEWAY_RUN_DIR'
if [ "$program" = web ]; then
	number WEB_PORT 8080
	export WEB_ROOT="${WEB_ROOT:-/usr/share/nginx/html}"
	names="$names"'$WEB_PORT $WEB_ROOT'
elif [ "$program" = gateway ]; then
	number GATEWAY_HTTP_PORT 8080
	number GATEWAY_HTTPS_PORT 8443
	number GATEWAY_PUBLIC_HTTPS_PORT 443
	number GATEWAY_STATUS_PORT 8081
	number GATEWAY_VISION_PORT 8001
	number GATEWAY_FITTING_PORT 8002
	number GATEWAY_VISUALIZATION_PORT 8003
	number GATEWAY_REQUESTS_PER_SECOND 30
	number GATEWAY_REQUEST_BURST 120
	number GATEWAY_AUTH_PER_MINUTE 30
	number GATEWAY_UPLOADS_PER_MINUTE 20
	number GATEWAY_CONNECTIONS_PER_ADDRESS 100
	number REQUEST_TIMEOUT_SECONDS 30
	number MAX_UPLOAD_SIZE_MB 120
	number MAX_JSON_SIZE_KB 256
	# The API grants the multipart format 64 KiB beside the photos.
	export GATEWAY_UPLOAD_LIMIT_BYTES=$((MAX_UPLOAD_SIZE_MB * 1000000 + 65536))
	export GATEWAY_JSON_LIMIT_BYTES=$((MAX_JSON_SIZE_KB * 1000))
	# As the API counts it: uploads get ten times the time of other requests.
	export GATEWAY_UPLOAD_TIMEOUT_SECONDS=$((REQUEST_TIMEOUT_SECONDS * 10))
	export GATEWAY_ANSWER_TIMEOUT_SECONDS=$((REQUEST_TIMEOUT_SECONDS + 30))
	export GATEWAY_TLS_CERTIFICATE="${GATEWAY_TLS_CERTIFICATE:-/run/secrets/tls_certificate}"
	export GATEWAY_TLS_KEY="${GATEWAY_TLS_KEY:-/run/secrets/tls_key}"
	export GATEWAY_ACCESS_LOG="${GATEWAY_ACCESS_LOG:-/dev/stdout}"
	for file in "$GATEWAY_TLS_CERTIFICATE" "$GATEWAY_TLS_KEY"; do
		[ -r "$file" ] || fail "The file $file cannot be read." "Put certificate and key there, or set GATEWAY_TLS_CERTIFICATE and GATEWAY_TLS_KEY."
	done
	GATEWAY_PUBLIC_PORT_SUFFIX=
	[ "$GATEWAY_PUBLIC_HTTPS_PORT" = 443 ] || GATEWAY_PUBLIC_PORT_SUFFIX=":$GATEWAY_PUBLIC_HTTPS_PORT"
	# A balancer in front of this one tells whose request it is; nobody else is believed.
	GATEWAY_REAL_IP=
	for range in ${GATEWAY_TRUSTED_PROXIES:-}; do
		GATEWAY_REAL_IP="${GATEWAY_REAL_IP}	set_real_ip_from $range;
"
	done
	[ -z "$GATEWAY_REAL_IP" ] || GATEWAY_REAL_IP="${GATEWAY_REAL_IP}	real_ip_header X-Forwarded-For;
	real_ip_recursive on;"
	# With a resolver (nginx 1.27.3 or newer) replicas may come and go; without one, names are looked up at the start.
	resolve=
	GATEWAY_RESOLVER_LINE=
	if [ -n "${GATEWAY_RESOLVER:-}" ]; then
		resolve=' resolve'
		GATEWAY_RESOLVER_LINE="	resolver $GATEWAY_RESOLVER valid=10s ipv6=off;"
	fi
	export GATEWAY_PUBLIC_PORT_SUFFIX GATEWAY_REAL_IP GATEWAY_RESOLVER_LINE
	servers API_SERVERS api:8000
	servers WEB_SERVERS web:8080
	servers VISION_SERVERS vision:8001
	servers FITTING_SERVERS fitting:8002
	servers VISUALIZATION_SERVERS visualization:8003
	GATEWAY_PROBLEM_PAGES=
	GATEWAY_PROBLEMS=
	while IFS='|' read -r status sent code title detail remedy retry; do
		case $status in '' | '#'*) continue ;; esac
		GATEWAY_PROBLEM_PAGES="${GATEWAY_PROBLEM_PAGES}		error_page $status = @problem_$status;
"
		after=
		seconds=
		if [ "$retry" != - ]; then
			after="			add_header Retry-After $retry always;
"
			seconds=",\"retry_after_s\":$retry"
		fi
		GATEWAY_PROBLEMS="${GATEWAY_PROBLEMS}		location @problem_$status {
			default_type application/problem+json;
			add_header Cache-Control no-store always;
			add_header Strict-Transport-Security max-age=31536000 always;
			add_header X-Content-Type-Options nosniff always;
			add_header X-Request-ID \$client_request_id always;
${after}			return $sent '{\"type\":\"urn:anny-fitter:problem:$code\",\"title\":\"$title\",\"status\":$sent,\"code\":\"$code\",\"detail\":\"$(echo "$detail" | sed "s/'/\\\\'/g")\",\"remedy\":\"$(echo "$remedy" | sed "s/'/\\\\'/g")\",\"request_id\":\"\$client_request_id\"$seconds}';
		}
"
	done <"$here/problems.txt"
	export GATEWAY_PROBLEM_PAGES GATEWAY_PROBLEMS
	names="$names"'$GATEWAY_HTTP_PORT $GATEWAY_HTTPS_PORT $GATEWAY_PUBLIC_PORT_SUFFIX $GATEWAY_STATUS_PORT
		$GATEWAY_VISION_PORT $GATEWAY_FITTING_PORT $GATEWAY_VISUALIZATION_PORT $GATEWAY_REQUESTS_PER_SECOND
		$GATEWAY_REQUEST_BURST $GATEWAY_AUTH_PER_MINUTE $GATEWAY_UPLOADS_PER_MINUTE $GATEWAY_CONNECTIONS_PER_ADDRESS
		$GATEWAY_UPLOAD_LIMIT_BYTES $GATEWAY_JSON_LIMIT_BYTES $GATEWAY_UPLOAD_TIMEOUT_SECONDS
		$GATEWAY_ANSWER_TIMEOUT_SECONDS $GATEWAY_TLS_CERTIFICATE $GATEWAY_TLS_KEY $GATEWAY_ACCESS_LOG $GATEWAY_REAL_IP $GATEWAY_RESOLVER_LINE
		$API_SERVERS $WEB_SERVERS $VISION_SERVERS $FITTING_SERVERS $VISUALIZATION_SERVERS
		$GATEWAY_PROBLEM_PAGES $GATEWAY_PROBLEMS'
else
	fail "There is no program $program." "Name gateway or web."
fi

envsubst "$names" <"$here/$program.conf.template" >"$run/$program.conf"
if [ "${GATEWAY_CHECK_ONLY:-}" = true ]; then exec nginx -t -q -e stderr -c "$run/$program.conf"; fi
exec nginx -e stderr -c "$run/$program.conf"
