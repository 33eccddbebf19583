package redact

import (
	"encoding/base64"
	"math/rand/v2"
	"strings"
)

// A sample is one text with one made-up secret of a kind: before, the fixed
// beginning of the secret, its drawn part, after.
type sample struct {
	kind, before, prefix, body, after string
}

func (s sample) secret() string { return s.prefix + s.body }
func (s sample) text() string   { return s.before + s.prefix + s.body + s.after }

const (
	lowers  = "abcdefghijklmnopqrstuvwxyz"
	uppers  = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
	numbers = "0123456789"
	base62  = lowers + uppers + numbers
	hexes   = numbers + "abcdef"
	safe64  = base62 + "-_"
	plus64  = base62 + "+/"
	base32  = uppers + "234567"
)

// draw returns n bytes of set, with a digit and a letter among the first six so
// that a cut one is still drawn.
func draw(r *rand.Rand, set string, n int) string {
	b := make([]byte, n)
	for i := range b {
		b[i] = set[r.IntN(len(set))]
	}
	for i := 0; i < n; i += 5 {
		if strings.Contains(set, "7") {
			b[i] = numbers[2+r.IntN(6)]
		}
	}
	if n > 1 && strings.Contains(set, "k") {
		b[1] = lowers[r.IntN(26)]
	}
	return string(b)
}

// encoded returns base64 of the text, as one drawn part.
func encoded(text string) string { return base64.StdEncoding.EncodeToString([]byte(text)) }

// samples makes at least two texts for every kind. The prefixes are joined here,
// so that no scanner of repositories takes a made-up secret for a real one.
func samples(r *rand.Rand) []sample {
	var out []sample
	add := func(kind, before, prefix, body, after string) {
		out = append(out, sample{kind, before, prefix, body, after})
	}
	vendor := func(kind, prefix, set string, n int) {
		add(kind, "", prefix, draw(r, set, n), "")
		add(kind, "sent ", prefix, draw(r, set, n), " and got 401 Unauthorized")
		add(kind, `{"value":"`, prefix, draw(r, set, n), `","n":1}`)
	}
	vendor("github-fine-grained-token", "github"+"_pat_", base62, 82)
	vendor("github-personal-token", "gh"+"p_", base62, 36)
	vendor("github-oauth-token", "gh"+"o_", base62, 36)
	vendor("github-user-token", "gh"+"u_", base62, 36)
	vendor("github-server-token", "gh"+"s_", base62, 36)
	vendor("github-refresh-token", "gh"+"r_", base62, 76)
	vendor("gitlab-personal-token", "gl"+"pat-", safe64[:62], 20)
	for _, p := range []string{"dt-", "rt-", "rtr-", "ptt-", "ft-", "soat-", "cbt-", "agent-", "imt-", "oas-"} {
		vendor("gitlab-token", "gl"+p, base62, 24)
	}
	vendor("atlassian-api-token", "ATA"+"TT3xFfGF0", base62, 170)
	vendor("bitbucket-access-token", "ATC"+"TT3xFfGN0", base62, 170)
	vendor("atlassian-service-token", "ATS"+"TT3xFfGN0", base62, 120)
	vendor("bitbucket-app-password", "AT"+"BB", base62, 32)
	for _, p := range []string{"xoxb-", "xoxp-", "xoxa-", "xoxr-", "xoxe.xoxp-", "xoxe-"} {
		vendor("slack-token", p+"2718281828-", base62, 24)
	}
	vendor("slack-app-token", "xa"+"pp-1-A012345-271828-", hexes, 64)
	vendor("google-access-token", "ya"+"29.a0", safe64[:62], 120)
	vendor("google-refresh-token", "1/"+"/0", base62, 60)
	vendor("google-authorization-code", "4/"+"0A", base62, 60)
	vendor("google-api-key", "AI"+"za", base62, 35)
	vendor("google-client-secret", "GOC"+"SPX-", base62, 28)
	vendor("aws-access-key-id", "AK"+"IA", base32, 16)
	vendor("aws-access-key-id", "AS"+"IA", base32, 16)
	vendor("aws-session-token", "IQoJb3JpZ2lu"+"X2", plus64[:62], 200)
	vendor("npm-token", "np"+"m_", base62, 36)
	vendor("pypi-token", "py"+"pi-AgEIcHlwaS5vcmc", base62, 80)
	vendor("docker-token", "dc"+"kr_pat_", base62, 27)
	vendor("stripe-key", "sk"+"_live_", base62, 24)
	vendor("stripe-key", "rk"+"_live_", base62, 24)
	vendor("sendgrid-key", "S"+"G.", base62, 22)
	vendor("shopify-token", "shp"+"at_", hexes, 32)
	vendor("anthropic-key", "sk-"+"ant-api03-", base62, 90)
	vendor("openai-key", "sk-"+"proj-", base62, 60)
	vendor("openai-key", "s"+"k-", base62, 48)
	vendor("huggingface-token", "h"+"f_", base62, 34)
	vendor("digitalocean-token", "do"+"p_v1_", hexes, 64)
	vendor("vault-token", "hv"+"s.", base62, 90)
	vendor("terraform-token", "atlas"+"v1.", base62, 60)
	vendor("hubspot-token", "pat-"+"na1-", hexes, 32)
	vendor("linear-token", "lin_"+"api_", base62, 40)
	vendor("postman-key", "PM"+"AK-", hexes, 58)
	vendor("newrelic-key", "NR"+"AK-", base32, 27)
	vendor("grafana-token", "gl"+"sa_", base62, 40)
	vendor("databricks-token", "da"+"pi", hexes, 32)
	vendor("sonar-token", "sq"+"u_", hexes, 40)
	vendor("sentry-token", "sn"+"trys_", base62, 90)
	vendor("artifactory-token", "AK"+"Cp", base62, 69)
	vendor("figma-token", "fi"+"gd_", base62, 40)
	vendor("notion-token", "nt"+"n_", base62, 46)
	vendor("square-token", "sq"+"0atp-", base62, 22)
	vendor("rubygems-key", "ruby"+"gems_", hexes, 48)
	vendor("pulumi-token", "pu"+"l-", hexes, 40)
	vendor("age-secret-key", "AGE-SECRET-"+"KEY-1", uppers+numbers, 58)

	for _, p := range []string{"dp.pt.", "HRKU-AA", "LTAI", "pscale_tkn_", "xkeysib-", "sha256~", "rdme_", "ops_eyJ"} {
		vendor("vendor-token", p, base62, 43)
	}

	claims := encoded(`{"alg":"RS256","kid":"k1"}`)
	claims = strings.TrimRight(claims, "=")
	add("jwt", "", claims+".", draw(r, base62, 90)+"."+draw(r, base62, 86), "")
	add("jwt", "token rejected: ", claims+".", draw(r, base62, 90)+"."+draw(r, base62, 86), " (expired)")
	add("jwt", "half of one: ", claims, "."+draw(r, base62, 40), "")

	add("discord-bot-token", "", "MTA", draw(r, base62, 21)+"."+draw(r, base62, 6)+"."+draw(r, base62, 38), "")
	add("discord-bot-token", "Authorization: Bot ", "NzE", draw(r, base62, 21)+"."+draw(r, base62, 6)+"."+draw(r, base62, 27), "\nUser-Agent: x")
	add("entra-client-secret", "", "", draw(r, base62, 3)+"8"+"Q~"+draw(r, base62, 34), "")
	add("entra-client-secret", "AADSTS7000215: invalid secret ", "", draw(r, base62, 3)+"7"+"Q~"+draw(r, base62, 34), " for app 1111")
	add("url-password", "postgres://jira:", "", draw(r, base62, 16), "@db.example.com:5432/jira")
	add("url-password", "clone https://bob:", "", draw(r, base62, 16), "@git.example.com/a.git failed")
	add("url-password", "ldap://cn=svc:", "", draw(r, base62, 16), "@ldap.example.com/dc=x")
	add("url-token", "git clone https://", "", draw(r, base62, 40), "@git.example.com/a.git")
	add("url-token", "remote: https://", "", draw(r, base62, 40), "@bitbucket.example.org/x")

	add("slack-webhook", "POST https://hooks.slack.com/services/T01234567/B01234567/", "", draw(r, base62, 24), "")
	add("slack-webhook", "url=https://hooks.slack.com/services/T0AAAAAAA/B0BBBBBBB/", "", draw(r, base62, 24), " 404 no_team")
	add("discord-webhook", "POST https://discord.com/api/webhooks/123456789012345678/", "", draw(r, base62, 68), "")
	add("discord-webhook", "https://discordapp.com/api/webhooks/123456789012345678/", "", draw(r, base62, 68), " 401")
	add("teams-webhook", "https://example.webhook.office.com/webhookb2/", "", draw(r, hexes, 60), "")
	add("teams-webhook", "POST https://contoso.webhook.office.com/webhookb2/", "", draw(r, hexes, 60), " 403")
	add("telegram-bot-token", "", "7123456789:A"+"A", draw(r, base62, 33), "")
	add("telegram-bot-token", "https://api.telegram.org/bot", "7123456789:A"+"A", draw(r, base62, 33), "/getMe")
	add("twilio-key", "twilio auth token ", "", draw(r, hexes, 32), "")
	add("twilio-key", "TWILIO API key SK", "", draw(r, hexes, 32), " rejected")
	add("password-hash", "", "$2"+"a$10$", draw(r, base62, 53), "")
	add("password-hash", "userPassword: ", "{SSHA}", draw(r, plus64[:62], 40), "")
	add("password-hash", "credential ", "{PKCS5S2}", draw(r, plus64[:62], 64), " in cwd_user")
	add("command-password", "curl -u bob:", "", draw(r, base62, 14), " https://jira.example.com/rest/api/2/myself")
	add("command-password", "ldapsearch -x -D cn=svc,dc=example -w ", "", draw(r, base62, 14), " -b dc=example")
	add("command-password", "mysql -u jira -p", "", draw(r, base62, 14), " jiradb")
	add("spoken-password", "the password is ", "", draw(r, base62, 12), " by the way")
	add("spoken-password", "das Passwort lautet ", "", draw(r, base62, 12), "")
	add("spoken-password", "el mot de passe est ", "", draw(r, base62, 12), "")
	add("spoken-password", "登录密码是", "", draw(r, base62, 12), "")

	add("basic-credentials", "Authorization: Basic ", "", encoded("svc-jira:"+draw(r, base62, 15)), "")
	add("basic-credentials", `"Authorization":"Basic `, "", encoded("bob:"+draw(r, base62, 18)), `","Accept":"*/*"`)
	add("basic-credentials", "Proxy-Authorization: Basic ", "", encoded("proxyuser:"+draw(r, base62, 16)), "\nHost: a")
	add("digest-response", `Authorization: Digest username="bob", realm="x", nonce="1", response="`, "", draw(r, hexes, 32), `", qop=auth`)
	add("digest-response", `sent Digest username="eve", uri="/", response="`, "", draw(r, hexes, 32), `"`)
	add("aws-request-signature", "Authorization: AWS4-HMAC-SHA256 Credential=x/20260101/us-east-1/s3/aws4_request, SignedHeaders=host, Signature=", "", draw(r, hexes, 64), "")
	add("aws-request-signature", "AWS4-HMAC-SHA256 SignedHeaders=host, Signature=", "", draw(r, hexes, 64), "")
	add("kerberos-ticket", "Authorization: Negotiate ", "YII", draw(r, plus64[:62], 200), "")
	add("kerberos-ticket", "WWW-Authenticate: Negotiate ", "oYG", draw(r, plus64[:62], 80), "")
	add("ntlm-message", "Authorization: NTLM ", "TlRMTVNTUAAD", draw(r, plus64[:62], 120), "")
	add("ntlm-message", "type 3 message ", "TlRMTVNTUAAD", draw(r, plus64[:62], 120), "")
	add("okta-token", "Authorization: SSWS ", "00", draw(r, safe64[:62], 40), "")
	add("okta-token", "header SSWS ", "00", draw(r, safe64[:62], 40), " refused")
	add("bearer-token", "Authorization: Bearer ", "", draw(r, base62, 43), "")
	add("bearer-token", "authorization=[Bearer ", "", draw(r, base62, 43), "]")
	add("bearer-token", "used Bearer ", "", draw(r, base62, 43), " against /rest")
	add("bearer-token", "Authorization: token ", "", draw(r, hexes, 40), "")
	add("authorization", "Authorization: ", "", draw(r, base62, 40), "")
	add("authorization", `"authorization":"`, "", draw(r, base62, 40), `"`)
	add("cookie", "Cookie: JSESSIONID=", "", draw(r, hexes, 32), "; lang=en")
	add("cookie", "Set-Cookie: atlassian.xsrf.token=", "", draw(r, base62, 30), "; Path=/; Secure")
	add("cookie", `"cookie":"crowd.token_key=`, "", draw(r, base62, 30), `"`)
	add("remember-me", "seraph.rememberme.cookie=", "", draw(r, base62, 40), "")
	add("remember-me", "rememberme: ", "", draw(r, base62, 40), "")

	key := func(kind string, keys ...string) {
		for _, k := range keys {
			add(kind, k+"=", "", draw(r, base62, 28), "")
			add(kind, `"`+k+`":"`, "", draw(r, base62, 28), `"`)
			add(kind, k+": ", "", draw(r, base62, 28), "")
			add(kind, "<"+k+">", "", draw(r, base62, 28), "</"+k+">")
		}
	}
	key("aws-secret-access-key", "aws_secret_access_key", "SecretAccessKey")
	key("azure-storage-key", "AccountKey", "SharedAccessKey")
	add("azure-sas-signature", "https://x.blob.core.windows.net/c?sv=2024-01-01&sig=", "", draw(r, base62, 43), "")
	add("azure-sas-signature", "https://x.queue.core.windows.net/q?sig=", "", draw(r, base62, 43), "&se=2026")
	key("aws-signature", "X-Amz-Signature", "X-Amz-Security-Token")
	key("oauth-token-secret", "oauth_token_secret", "tokenSecret")
	key("oauth-signature", "oauth_signature")
	key("oauth-verifier", "oauth_verifier")
	key("oauth-token", "oauth_token", "oauthToken")
	key("client-secret", "client_secret", "clientSecret", "consumerSecret")
	key("refresh-token", "refresh_token", "refreshToken")
	key("access-token", "access_token", "accessToken")
	key("id-token", "id_token", "idToken")
	key("code-verifier", "code_verifier")
	key("device-code", "device_code")
	key("client-assertion", "client_assertion")
	key("saml-message", "SAMLResponse", "assertion")
	add("authorization-code", "GET /callback?code=", "", draw(r, base62, 30), "&state=abc")
	add("authorization-code", "POST grant_type=authorization_code&code=", "", draw(r, base62, 30), "&redirect_uri=x")
	key("private-key", "private_key", "privateKey")
	key("api-key", "api_key", "X-Api-Key", "apiKey", "ATLASSIAN_API_TOKEN", "secret_key")
	key("session-id", "JSESSIONID", "session_id")
	key("bind-password", "bindpw", "ldap.bindPassword", "java.naming.security.credentials")
	key("keystore-password", "keystorePass", "javax.net.ssl.trustStorePassword")
	key("password", "password", "jdbc.password", "DB_PASSWORD", "passwd", "spring.datasource.password", "pwd", "passwort", "senha")
	add("password", "jdbc:sqlserver://db;user=jira;password=", "", draw(r, base62, 16), ";encrypt=true")
	add("password", "deploy --password ", "", draw(r, base62, 16), " --user bob")
	add("password", "パスワード：", "", draw(r, base62, 16), "。")
	key("credential", "credential")
	key("secret", "secret", "webhookSecret")
	key("token", "token", "PRIVATE-TOKEN", "X-Auth-Token", "upm.token")

	add("email", "mail ", "", "anna."+draw(r, lowers, 12)+"@example.com", " about it")
	add("email", "<mailto:", "", draw(r, lowers, 14)+"@example.org", ">")

	var lines []string
	for range 6 {
		lines = append(lines, draw(r, plus64, 64))
	}
	body := strings.Join(lines, "\n")
	add("pem-private-key", "-----BEGIN RSA "+"PRIVATE KEY-----\n", "", body, "\n-----END RSA "+"PRIVATE KEY-----\n")
	add("pem-private-key", "-----BEGIN OPENSSH "+"PRIVATE KEY-----\n", "", body, "\n")
	add("pem-private-key", "", "", body, "\n-----END "+"PRIVATE KEY-----\n")
	add("pem-private-key", "key: -----BEGIN "+"PRIVATE KEY-----\\n", "", strings.Join(lines, "\\n"), "\\n-----END "+"PRIVATE KEY-----\\n")
	add("der-private-key", "", "MIIEpQ"+"IBAAKCAQEA", draw(r, plus64, 50)+"\n"+body, "")
	add("der-private-key", "key=", "b3BlbnNzaC1rZXktdj"+"EAAAAA", draw(r, plus64, 50)+"\n"+body, "")
	add("base64-block", "", "", body, "")
	add("base64-block", "the middle:\n", "", body, "\nand so on")
	return out
}
