package redact

import "strings"

// token returns a rule for a secret that begins with one of prefixes and goes on
// with at least least bytes of k. least is below the vendor's length, because a
// viewer or a log may have cut the token.
func token(kind, doc, revoke string, k class, least int, prefixes ...string) Rule {
	return Rule{
		Kind: kind, Doc: doc, Revoke: revoke, anchors: prefixes, exact: true,
		read: func(s *scan, rule, start, end int) {
			if !s.starts(start) {
				return
			}
			stop := trimEnd(s.t, end, s.run(end, k))
			if stop-end >= least && varied(s.t[end:stop]) {
				s.add(rule, start, stop)
			}
		},
	}
}

// checked gives r a second look.
func checked(look func(secret string) bool, r Rule) Rule {
	r.Check = look
	return r
}

// upper accepts what has no lower-case letter.
func upper(secret string) bool { return strings.ToUpper(secret) == secret }

// trimEnd takes the punctuation of a sentence off the end of t[start:end].
func trimEnd(t []byte, start, end int) int {
	for end > start && (t[end-1] == '.' || t[end-1] == ':' || t[end-1] == '-' || t[end-1] == '/') {
		end--
	}
	return end
}

// varied reports whether b looks drawn by lot rather than written: a digit among
// letters or both cases inside, and no mask such as xxxx.
func varied(b []byte) bool {
	b = b[:min(len(b), 256)]
	var upper, lower, digit, same int
	for i, c := range b {
		switch {
		case '0' <= c && c <= '9':
			digit++
		case 'a' <= c && c <= 'z':
			lower++
		case 'A' <= c && c <= 'Z' && i > 0:
			upper++
		}
		if i > 0 && c == b[i-1] {
			same++
		}
	}
	if 2*same > len(b) {
		return false
	}
	return digit > 0 && upper+lower+digit > 3 || upper > 0 && lower > 0 || len(b) >= 32
}

// vendorTokens are the secrets that say by their prefix what they are.
func vendorTokens() []Rule {
	const gitlab = "Revoke it under GitLab > Preferences > Access tokens, or where the project, group or runner that owns it is configured."
	const github = "Revoke it at https://github.com/settings/applications, or let the app make a new one by authorising again."
	const slack = "Revoke it with Slack's auth.revoke, or reinstall the app at https://api.slack.com/apps."
	return []Rule{
		token("github-fine-grained-token", "GitHub fine-grained personal access token, github_pat_…", "Delete it at https://github.com/settings/personal-access-tokens.", word, 10, "github_pat_"),
		token("github-personal-token", "GitHub classic personal access token, ghp_…", "Delete it at https://github.com/settings/tokens.", word, 8, "ghp_"),
		token("github-oauth-token", "GitHub OAuth app access token, gho_…", github, word, 8, "gho_"),
		token("github-user-token", "GitHub App user access token, ghu_…", github, word, 8, "ghu_"),
		token("github-server-token", "GitHub App installation access token, ghs_…; it lives one hour", "It expires within an hour; to end it now call DELETE /installation/token with it.", dotted, 8, "ghs_"),
		token("github-refresh-token", "GitHub App refresh token, ghr_…", github, word, 8, "ghr_"),
		token("gitlab-personal-token", "GitLab personal, project or group access token, glpat-…", gitlab, dotted, 8, "glpat-"),
		token("gitlab-token", "GitLab deploy, runner, trigger, feed, OAuth, agent, mail or SCIM token, gl…-…", gitlab, dotted, 8,
			"gldt-", "glrt-", "glrtr-", "glptt-", "glft-", "glsoat-", "glcbt-", "glagent-", "glimt-", "gloas-", "glffct-", "glwt-"),
		token("atlassian-api-token", "Atlassian account API token, ATATT3x…", "Revoke it at https://id.atlassian.com/manage-profile/security/api-tokens.", base64s, 8, "ATATT3"),
		token("bitbucket-access-token", "Bitbucket Cloud repository, project or workspace access token, ATCTT3x…", "Revoke it in Bitbucket under the repository's, project's or workspace's access tokens.", base64s, 8, "ATCTT3"),
		token("atlassian-service-token", "Atlassian service token, ATSTT3x…", "Revoke it at https://admin.atlassian.com, where the service account's tokens are listed.", base64s, 8, "ATSTT3"),
		token("bitbucket-app-password", "Bitbucket Cloud app password, ATBB…", "Revoke it at https://bitbucket.org/account/settings/app-passwords/.", alnum, 10, "ATBB"),
		token("slack-token", "Slack bot, user, workspace, refresh or session token, xox?-…", slack, dotted, 10,
			"xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxs-", "xoxo-", "xoxc-", "xoxd-", "xoxe-", "xoxe.xoxb-", "xoxe.xoxp-", "xwfp-"),
		token("slack-app-token", "Slack app-level token, xapp-…", "Revoke it under Basic Information > App-Level Tokens of the app at https://api.slack.com/apps.", url64, 10, "xapp-"),
		token("google-access-token", "Google OAuth access token, ya29.…; it lives one hour", "It expires within an hour; the grant behind it is removed at https://myaccount.google.com/connections.", dotted, 10, "ya29."),
		token("google-refresh-token", "Google OAuth refresh token, 1//0…", "Remove the app's access at https://myaccount.google.com/connections.", url64, 12, "1//0"),
		token("google-authorization-code", "Google OAuth authorization code, 4/0…", "It works once and expires within minutes; start the consent again.", url64, 12, "4/0A", "4%2F0A"),
		token("google-api-key", "Google API key, AIza…", "Delete or rotate it at https://console.cloud.google.com/apis/credentials.", url64, 12, "AIza"),
		token("google-client-secret", "Google OAuth client secret, GOCSPX-…", "Reset it at https://console.cloud.google.com/apis/credentials.", url64, 8, "GOCSPX-"),
		checked(upper, token("aws-access-key-id", "AWS access key id, AKIA… or ASIA…", "Deactivate the key in the IAM console under the user's security credentials.", alnum, 12, "AKIA", "ASIA", "ABIA", "ACCA")),
		token("aws-session-token", "AWS session token, IQoJb3JpZ2lu… or FwoGZXIvYXdz…", "It expires by itself; to end it now revoke the role's active sessions in the IAM console.", base64s, 8, "IQoJb3JpZ2luX2", "FwoGZXIvYXdz", "FQoGZXIvYXdz"),
		token("npm-token", "npm access token, npm_…", "Delete it at https://www.npmjs.com/settings/~/tokens.", alnum, 10, "npm_"),
		token("pypi-token", "PyPI upload token, pypi-AgEI…", "Delete it at https://pypi.org/manage/account/token/.", url64, 10, "pypi-AgE"),
		token("docker-token", "Docker Hub personal or organisation access token, dckr_pat_… or dckr_oat_…", "Delete it at https://app.docker.com/settings/personal-access-tokens.", url64, 8, "dckr_pat_", "dckr_oat_"),
		token("stripe-key", "Stripe secret, restricted or webhook key, sk_live_…, rk_live_…, whsec_…", "Roll it at https://dashboard.stripe.com/apikeys.", alnum, 10, "sk_live_", "sk_test_", "rk_live_", "rk_test_", "whsec_"),
		token("sendgrid-key", "SendGrid API key, SG.…", "Delete it at https://app.sendgrid.com/settings/api_keys.", dotted, 16, "SG."),
		token("shopify-token", "Shopify access token or shared secret, shpat_…, shpss_…", "Uninstall the app or rotate its API credentials in the Shopify admin.", alnum, 10, "shpat_", "shpss_", "shpca_", "shppa_"),
		token("anthropic-key", "Anthropic API key, sk-ant-…", "Delete it at https://console.anthropic.com/settings/keys.", url64, 12, "sk-ant-"),
		token("openai-key", "OpenAI API key, sk-…, sk-proj-…", "Delete it at https://platform.openai.com/api-keys.", url64, 16, "sk-proj-", "sk-svcacct-", "sk-admin-", "sk-"),
		token("huggingface-token", "Hugging Face token, hf_…", "Delete it at https://huggingface.co/settings/tokens.", alnum, 12, "hf_", "api_org_"),
		token("digitalocean-token", "DigitalOcean token, dop_v1_…, doo_v1_…, dor_v1_…", "Delete it at https://cloud.digitalocean.com/account/api/tokens.", hex, 8, "dop_v1_", "doo_v1_", "dor_v1_"),
		token("vault-token", "HashiCorp Vault token, hvs.…, hvb.…, hvr.…", "Run vault token revoke with its accessor.", url64, 12, "hvs.", "hvb.", "hvr."),
		token("terraform-token", "HCP Terraform API token, ….atlasv1.…", "Delete it under the user's, team's or organisation's API tokens in HCP Terraform.", url64, 12, "atlasv1."),
		token("hubspot-token", "HubSpot private app token, pat-na1-… or pat-eu1-…", "Rotate it under Settings > Integrations > Private Apps.", url64, 12, "pat-na1-", "pat-na2-", "pat-eu1-", "pat-ap1-"),
		token("linear-token", "Linear API key or OAuth token, lin_api_…", "Delete it at https://linear.app/settings/account/security.", alnum, 10, "lin_api_", "lin_oauth_"),
		token("postman-key", "Postman API key, PMAK-…", "Delete it at https://go.postman.co/settings/me/api-keys.", url64, 12, "PMAK-"),
		token("newrelic-key", "New Relic user or license key, NRAK-…", "Delete it at https://one.newrelic.com/api-keys.", alnum, 10, "NRAK-"),
		token("grafana-token", "Grafana service account or cloud token, glsa_… or glc_…", "Delete it under Administration > Service accounts.", base64s, 12, "glsa_", "glc_"),
		token("databricks-token", "Databricks personal access token, dapi…", "Delete it under Settings > Developer > Access tokens.", hex, 12, "dapi"),
		token("sonar-token", "SonarQube token, squ_…, sqp_…, sqa_…", "Revoke it under My Account > Security.", alnum, 12, "squ_", "sqp_", "sqa_"),
		token("sentry-token", "Sentry auth token, sntrys_… or sntryu_…", "Delete it under Settings > Auth Tokens.", base64s, 12, "sntrys_", "sntryu_"),
		token("artifactory-token", "Artifactory API key or reference token, AKCp… or cmVmdGtu…", "Revoke it in the user's profile in Artifactory.", alnum, 16, "AKCp", "cmVmdGtu"),
		token("figma-token", "Figma personal access token, figd_…", "Delete it under Settings > Security.", url64, 12, "figd_"),
		token("notion-token", "Notion integration token, ntn_…", "Refresh it at https://www.notion.so/my-integrations.", alnum, 16, "ntn_"),
		token("square-token", "Square access token, sq0atp-…, sq0csp-…", "Replace it at https://developer.squareup.com/apps.", url64, 10, "sq0atp-", "sq0csp-"),
		token("rubygems-key", "RubyGems API key, rubygems_…", "Delete it at https://rubygems.org/profile/api_keys.", hex, 10, "rubygems_"),
		token("pulumi-token", "Pulumi access token, pul-…", "Delete it at https://app.pulumi.com/account/tokens.", hex, 16, "pul-"),
		token("age-secret-key", "age identity, AGE-SECRET-KEY-1…", "Make a new identity and encrypt again what this one opens.", alnum, 8, "AGE-SECRET-KEY-1"),
		token("vendor-token", "token of another vendor that its prefix gives away: 1Password, Doppler, Dynatrace, Fly, Heroku, Alibaba, Bedrock, PlanetScale, Prefect, Brevo, OpenShift and more", "Revoke it where that vendor lists tokens or API keys.", dotted, 12,
			"ops_eyJ", "dp.pt.", "dp.st.", "dp.ct.", "dt0c01.", "duffel_live_", "duffel_test_", "EZAK", "EZTK", "FLWSECK", "fo1_", "fm2_", "HRKU-", "LTAI", "ABSK", "bedrock-api-key-",
			"GR1348941", "CLOJARS_", "fio-u-", "pscale_", "pnu_", "rdme_", "tk-us-", "xkeysib-", "sm_aat_", "sm_pat_", "sm_sat_", "shippo_live_", "shippo_test_", "sgp_", "sk_prod_", "pplx-", "sha256~", "NRII-", "NRJS-"),
	}
}
