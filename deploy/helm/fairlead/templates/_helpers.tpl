{{/* Generated from src/install by `npm run gen`. Do not edit. */}}
{{- define "fairlead.image" -}}
{{- printf "%s:%s" .Values.image.repository (.Values.image.tag | default .Chart.AppVersion) -}}
{{- end -}}

{{/* The port of an address, also where it goes without saying. */}}
{{- define "fairlead.port" -}}
{{- $url := urlParse . -}}
{{- if regexMatch ":[0-9]+$" $url.host -}}
{{- regexFind "[0-9]+$" $url.host -}}
{{- else if eq $url.scheme "http" -}}
80
{{- else -}}
443
{{- end -}}
{{- end -}}

{{- define "fairlead.ipBlocks" -}}
{{- range $index, $cidr := . -}}
{{- if $index }}
{{ end -}}
- ipBlock:
    cidr: {{ $cidr | quote }}
{{- end -}}
{{- end -}}
