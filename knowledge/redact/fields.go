package redact

import "strings"

// A look decides by a value and its surroundings whether it is a secret.
type look func(v string, bare bool) bool

// field returns a rule for the value behind a key that ends with one of keys
// (lower case): key=value, "key": "value", key%3Dvalue, <key>value</key>,
// --key value, in any quotes and escapes.
func field(kind, doc, revoke string, ok look, keys ...string) Rule {
	return Rule{Kind: kind, Doc: doc, Revoke: revoke, anchors: keys, read: fieldReader(ok, longest)}
}

func fieldReader(ok look, most int) reader {
	return func(s *scan, rule, start, end int) {
		t := s.t
		if start < s.fieldTo {
			return // inside a secret
		}
		if t[end-1] == '=' || t[end-1] == ':' {
			end-- // a key so short that its anchor has the separator
			if start > 0 && is(t[start-1], alnum) {
				return // bypass=true
			}
		}
		end = keyEnd(t, end)
		if end < 0 {
			return
		}
		v, found := s.valueAt(end, most)
		if !found {
			v, found = s.elsewhere(start, end)
		}
		if !found {
			s.column(rule, start, end, ok)
			return
		}
		if identifier(s.key(start, end)) {
			return
		}
		bare := !v.quoted && v.spaced
		if !v.quoted {
			for v.end > v.start && strings.IndexByte(".,;:!?", t[v.end-1]) >= 0 {
				v.end--
			}
			if bare && v.end < len(t) && t[v.end] == ':' {
				return // failed to read token: AADSTS50011: …
			}
			if bare {
				// The last word of the line is a value; one of many is prose.
				if next := blanks(t, v.end); next == len(t) || t[next] == '\n' || t[next] == '\r' {
					bare = false
				}
			}
		}
		// Keys in values of keys in values are no real text: it all goes.
		s.spent += v.end - v.start
		if v.end > v.start && (s.spent > 16*len(t)+64<<10 || ok(string(t[v.start:v.end]), bare)) {
			s.add(rule, v.start, v.end)
			if v.start > end { // the keys of one place are all asked: oauth_token, token
				s.fieldTo = v.end
			}
		}
	}
}

// keyEnd returns where the key whose anchor ends at i ends, -1 when the anchor is
// only the beginning of another word (token_type, passwordExpired).
func keyEnd(t []byte, i int) int {
	j := i
	for j < len(t) && j < i+12 && (is(t[j], word) || t[j] == '-') {
		j++
	}
	if j == i {
		return i
	}
	if j-i > len("_string") {
		return -1
	}
	switch strings.ToLower(string(t[i:j])) {
	case "s", "key", "_key", "-key", "value", "_value", "1", "2", "_text", "text", "_raw", "_string":
		return j
	}
	return -1
}

// key returns the whole word that ends at end, lower case, with the dots,
// hyphens and underscores in it.
func (s *scan) key(start, end int) string {
	for n := 0; start > 0 && n < 48 && is(s.t[start-1], dotted); n++ {
		start--
	}
	return strings.ToLower(string(s.t[start:end]))
}

// identifier reports whether key names something public although it ends like a
// secret's.
func identifier(key string) bool {
	for _, w := range [...]string{"pagetoken", "page_token", "next_token", "nexttoken", "continuation_token", "continuationtoken", "public_token_id", "unexpected.token"} {
		if strings.HasSuffix(key, w) {
			return true
		}
	}
	return false
}

// elsewhere reads the value of <key>value</key> and of --key value.
func (s *scan) elsewhere(start, end int) (v value, ok bool) {
	t := s.t
	k := start
	for n := 0; k > 0 && n < 48 && (is(t[k-1], dotted) || t[k-1] == ':'); n++ {
		k--
	}
	switch {
	case end < len(t) && t[end] == '>' && k > 0 && t[k-1] == '<':
		v.start = end + 1
	case has(t, end, "&gt;") && k >= 4 && has(t, k-4, "&lt;"):
		v.start = end + 4
	case end < len(t) && t[end] == ' ' && has(t, k, "-"):
		v.start = blanks(t, end)
		// "-password" may as well begin an item of a list, "-storepass" not.
		v.spaced = !has(t, k, "--") && !strings.Contains(s.key(start, end), "store")
		if v.start < len(t) && t[v.start] == '-' {
			return v, false
		}
	default:
		if v, ok = s.element(end); !ok {
			v, ok = s.below(start, end)
		}
		if !ok {
			v, ok = s.padded(end)
		}
		return v, ok
	}
	if has(t, v.start, "<![CDATA[") {
		v.start += len("<![CDATA[")
	}
	s.take(&v, false, longest)
	return v, v.end > v.start
}

// coded is the look at code=…: an authorization code is long and drawn, an error
// code is a number or a word.
func coded(v string, bare bool) bool {
	if bare || len(v) < 16 || !drawn(v) {
		return false
	}
	for i := range len(v) {
		if !is(v[i], wide) && v[i] != '%' {
			return false
		}
	}
	named := strings.ContainsRune(v, '_') && strings.ToLower(v) == v // rate_limit_exceeded_v2
	return !named || strings.Count(strings.Trim(v, "abcdefghijklmnopqrstuvwxyz_"), "") > 4
}

func mixed(v string, bare bool) bool { return drawn(v) }

// fieldSecrets are the secrets that a key tells, the specific keys first.
func fieldSecrets() []Rule {
	const app = "Make a new one where the application is registered at the provider, and put it into the integration."
	const grant = "Remove the application's access in the account's settings at the provider, then authorise again."
	const key = "Delete the key where it was issued and make a new one."
	const login = "Change the password, and every place that stores it."
	rules := []Rule{
		field("aws-secret-access-key", "AWS secret access key", "Deactivate the key in the IAM console under the user's security credentials.", tokenLike,
			"aws_secret_access_key", "secretaccesskey", "secret_access_key", "aws_secret_key", "aws.secretkey"),
		field("azure-storage-key", "Azure storage account, Service Bus or Cosmos DB key in a connection string", "Rotate the key under Access keys of the account in the Azure portal.", tokenLike,
			"accountkey", "sharedaccesskey"),
		field("azure-sas-signature", "signature of an Azure shared access signature URL, sig=…", "Rotate the account key that signed it, or remove the stored access policy.", mixed, "?sig", "&sig", "amp;sig", "%26sig", "sig=", "sharedaccesssignature"),
		field("aws-signature", "signature or security token of an AWS request", "It expires within minutes; rotate the key if it shows elsewhere.", mixed, "x-amz-signature", "x-amz-security-token", "x-amz-credential-token"),
		field("oauth-token-secret", "OAuth 1.0a token secret", grant, tokenLike, "oauth_token_secret", "oauthtokensecret", "token_secret", "tokensecret"),
		field("oauth-signature", "signature of an OAuth 1.0a request", "It is good for one request only; nothing to revoke.", mixed, "oauth_signature", "oauthsignature"),
		field("oauth-verifier", "OAuth 1.0a verifier", "It works once; start the authorisation again.", tokenLike, "oauth_verifier"),
		field("oauth-token", "OAuth 1.0a request or access token", grant, tokenLike, "oauth_token", "oauthtoken"),
		field("client-secret", "OAuth 2.0 client secret or consumer secret", app, tokenLike, "client_secret", "clientsecret", "client-secret", "consumer_secret", "consumersecret", "consumer-secret", "app_secret", "appsecret"),
		field("refresh-token", "OAuth 2.0 refresh token", grant, tokenLike, "refresh_token", "refreshtoken", "refresh-token"),
		field("access-token", "OAuth 2.0 access token", grant, tokenLike, "access_token", "accesstoken", "access-token"),
		field("id-token", "OpenID Connect id token", grant, tokenLike, "id_token", "idtoken", "id_token_hint"),
		field("code-verifier", "PKCE code verifier", "It works once; start the authorisation again.", mixed, "code_verifier", "codeverifier"),
		field("device-code", "OAuth 2.0 device code", "It expires within minutes; start the authorisation again.", mixed, "device_code"),
		{Kind: "client-assertion", Doc: "signed assertion that stands for a client secret", Revoke: "It expires within minutes; replace the signing key if it shows elsewhere.",
			anchors: []string{"client_assertion", "clientassertion"}, read: fieldReader(mixed, longestBlob)},
		{Kind: "saml-message", Doc: "SAML response, request, logout message or assertion, base64", Revoke: "It works once, within minutes; end the user's session at the identity provider.",
			anchors: []string{"samlresponse", "samlrequest", "saml_response", "assertion"}, read: fieldReader(samlLike, longestBlob)},
		field("authorization-code", "authorization code in a redirect", "It works once and expires within minutes; start the consent again.", coded,
			"?code", "&code", "amp;code", "%26code", "%3fcode", `"code"`, "authorization_code", "auth_code", "authcode", "authorizationcode", " code"),
		field("private-key", "private key as the value of a key", key, privateLike, "private_key", "privatekey", "private-key"),
		field("api-key", "API key", key, tokenLike, "api_key", "apikey", "api-key", "api_token", "apitoken", "api-token", "access_key", "accesskey", "secret_key", "secretkey",
			"subscription-key", "application_key", "encryption_key", "signing_key", "signing_secret", "webhook_secret", "auth_key", "authkey", "app_key", "appkey", "license_key"),
		field("session-id", "id of a signed-in session", "Sign the user out, or end the session where sessions are administered.", mixed, "jsessionid", "_session", "sessionid", "session_id", "phpsessid", "session-id", "sessiontoken", "session_token"),
		field("bind-password", "password of an LDAP bind", login, passwordLike, "bindpw", "bind_pw", "bindpassword", "bind_password", "bindcredential", "bindcredentials", "securitycredentials", "security.credentials", "userpassword"),
		field("keystore-password", "password of a key store or trust store", "Change it with keytool -storepasswd, and where the server reads it.", passwordLike, "keystorepass", "truststorepass", "keystorepassword", "truststorepassword", "keypass", "storepass"),
		field("password", "password in a setting, a form or a connection string", login, passwordLike, "password", "passwd", "passphrase", "passwort", "kennwort", "pass_word", "contraseña", "contrasena", "mot de passe", "motdepasse", "senha", "wachtwoord",
			"пароль", "密码", "密碼", "パスワード", "비밀번호", "hasło", "parola", "pwd", "_pass", "dbpass", " pass", `"pass"`, "?pass", "&pass",
			"pass=", "pass:", "pw:", "pw=", "şifre", "sifre", "salasana", "lösenord", "heslo"),
		field("credential", "credential in a setting", key, tokenLike, "credential", "credentials", `"auth"`, "_auth"),
		field("secret", "secret in a setting, a form or an answer", app, tokenLike, "secret"),
		field("token", "token in a setting, a form or an answer", grant, tokenLike, "token"),
	}
	return rules
}

// samlLike is the look at a SAML message: base64 or XML of some length.
func samlLike(v string, bare bool) bool { return len(v) >= 16 && drawn(v) }

// privateLike refuses names of files and PEM, which has a rule of its own.
func privateLike(v string, bare bool) bool {
	return len(v) >= 16 && !strings.HasPrefix(v, "-----") && drawn(v)
}
