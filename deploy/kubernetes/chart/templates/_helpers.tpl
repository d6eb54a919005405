{{/* Labels of an object. Arguments: root, component, and color where it belongs to one. */}}
{{- define "labels" -}}
app.kubernetes.io/name: anny-fitter
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
app.kubernetes.io/component: {{ .component }}
{{- with .color }}
anny-fitter/color: {{ . }}
{{- end }}
{{- end }}

{{/* What selects its pods; never changes. */}}
{{- define "selector" -}}
app.kubernetes.io/name: anny-fitter
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- with .color }}
anny-fitter/color: {{ . }}
{{- end }}
{{- end }}

{{/* Colors that run, as a JSON list. The active one must. */}}
{{- define "colors" -}}
{{- $on := list -}}
{{- range $color, $it := .Values.colors }}{{ if $it.enabled }}{{ $on = append $on $color }}{{ end }}{{ end -}}
{{- if not (has .Values.activeColor $on) }}{{ fail (printf "colors.%s is active but not enabled; enable it or choose the other" .Values.activeColor) }}{{ end -}}
{{- toJson $on -}}
{{- end }}

{{/* Standard of every pod: the level "restricted", and no token of the cluster. Arguments: root, component, uid. */}}
{{- define "pod" -}}
serviceAccountName: {{ .root.Release.Name }}
automountServiceAccountToken: false
enableServiceLinks: false
{{- with .root.Values.images.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
securityContext:
  runAsNonRoot: true
  runAsUser: {{ .uid }}
  runAsGroup: {{ .uid }}
  fsGroup: {{ .uid }}
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile:
    type: RuntimeDefault
{{- end }}

{{- define "container" -}}
imagePullPolicy: IfNotPresent
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  privileged: false
  capabilities:
    drop: [ALL]
{{- end }}

{{/* Memory is limited to what is asked for; processors may be used beyond it only where that is said. */}}
{{- define "resources" -}}
requests:
  cpu: {{ .cpu | quote }}
  memory: {{ .memory }}
  ephemeral-storage: 256Mi
limits:
  cpu: {{ .cpu | quote }}
  memory: {{ .memory }}
  ephemeral-storage: 2Gi
{{- end }}

{{/* Replicas on different nodes and zones where that can be. Arguments: root, component, color. */}}
{{- define "spread" -}}
topologySpreadConstraints:
  {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
  - maxSkew: 1
    topologyKey: {{ . }}
    whenUnsatisfiable: ScheduleAnyway
    labelSelector:
      matchLabels:
        {{- include "selector" $ | nindent 8 }}
  {{- end }}
{{- end }}

{{/* Replicas that an autoscaler has chosen stay; else what the values say. Arguments: root, name, replicas. */}}
{{- define "replicas" -}}
{{- $live := lookup "apps/v1" "Deployment" .root.Release.Namespace .name -}}
{{- if $live }}{{ $live.spec.replicas }}{{ else }}{{ .replicas }}{{ end -}}
{{- end }}

{{/* Deployments that lose no request while they are replaced. */}}
{{- define "rollout" -}}
revisionHistoryLimit: 3
strategy:
  type: RollingUpdate
  rollingUpdate:
    maxSurge: 1
    maxUnavailable: 0
{{- end }}

{{/* Secrets of the server that are files, and the variables that name them. */}}
{{- define "secretVariables" -}}
DATABASE_URL: database-url
{{- if .Values.postgres.readReplica }}
DATABASE_REPLICA_URL: database-replica-url
{{- end }}
REDIS_URL: redis-url
VAULT_REDIS_URL: vault-redis-url
VAULT_SECRET: vault-secret
JWT_SECRET: jwt-secret
METRICS_TOKEN: metrics-token
{{- if .Values.dataProtection.encryptFields }}
FIELD_KEYS: field-keys
{{- end }}
{{- if .Values.objectStore.accessKeyId }}
S3_SECRET_ACCESS_KEY: s3-secret-access-key
{{- end }}
{{- end }}

{{/* Where traces go; nothing when nowhere. */}}
{{- define "tracing" -}}
{{- if .Values.monitoring.otlpEndpoint }}
- { name: OTEL_EXPORTER_OTLP_ENDPOINT, value: {{ .Values.monitoring.otlpEndpoint | quote }} }
- { name: OTEL_TRACES_SAMPLER, value: parentbased_traceidratio }
- { name: OTEL_TRACES_SAMPLER_ARG, value: "0.1" }
{{- else }}
- { name: OTEL_TRACES_EXPORTER, value: none }
{{- end }}
{{- end }}
