package redact

import (
	"strings"
)

// ordinary are the values that stand where a secret would and are none, lower
// case.
var ordinary = func() map[string]bool {
	m := map[string]bool{}
	for _, w := range strings.Fields(`
		null nil none undefined true false yes no on off empty blank missing absent unset unknown default any all
		invalid incorrect wrong bad expired expires revoked rejected refused denied failed failure error mismatch
		required optional needed provided given present supplied valid ok okay success changed reset updated disabled
		enabled locked unauthorized forbidden hidden masked redacted removed filtered sanitized secret password passwd
		token tokens apikey api_key api-key your_token your-token yourtoken your_password yourpassword your-password
		your_api_key your-api-key changeme change_me change-me placeholder example sample string text value bearer basic
		oauth oauth2 digest negotiate ntlm jwt saml opaque rsa ec n/a na tbd todo foo bar foobar baz is was are has not
		the this that and or for from with without in at by it its to of a an must should could can cannot may does do
		did been please will would if when see access refresh id client user admin_password service system
		authorization_code refresh_token access_token client_credentials client_secret code id_token token_rejected
		token_expired token_revoked token_used invalid_token invalid_grant invalid_client hmac-sha1 rsa-sha1 plaintext
		query header body env file vault keychain prompt interactive stdin anonymous guest nobody object array number boolean int
		some something base64url base64 none. null, here below above same different`) {
		m[w] = true
	}
	return m
}()

// masked reports whether v hides what it stands for: ****, xxxx, <redacted>,
// ${VAR}, ghp_…, abc***.
func masked(v string) bool {
	if v == "" {
		return true
	}
	begin := strings.ToLower(v[:min(len(v), 12)])
	for _, p := range [...]string{"${", "$(", "{{", "#{", "%{", "<", "[", "&lt;", "{0}", "%s", "%v", "$env:", "env:", "vault:", "secretref"} {
		if strings.HasPrefix(begin, p) {
			return true
		}
	}
	if v[0] == '$' && len(v) > 1 && strings.ToUpper(v) == v && !strings.ContainsAny(v[1:], "$/.+=") { // $PASSWORD
		return true
	}
	hidden := 0
	for i, r := range v {
		switch r {
		case '*', '•', '●', '…', '·', '█', '#', '.', '-', '_':
			hidden++
		case 'x', 'X', '0':
			if len(v) > i+1 && (v[i+1] == byte(r)) || i > 0 && v[i-1] == byte(r) {
				hidden++
			}
		}
	}
	n := len([]rune(v))
	return hidden == n || hidden >= 3 && n-hidden <= 6 && strings.Contains(v, "**") || 2*hidden > n && hidden >= 4
}

// letters reports whether v is made of words only: letters with '_', '-', '.' or
// an apostrophe between them.
func letters(v string) bool {
	for i := range len(v) {
		c := v[i]
		if !('a' <= c|0x20 && c|0x20 <= 'z' || (c == '_' || c == '-' || c == '.' || c == '\'' || c == ' ') && i > 0) {
			return false
		}
	}
	return true
}

// digits reports whether v is a decimal number.
func digits(v string) bool {
	for i := range len(v) {
		if v[i] < '0' || v[i] > '9' {
			return false
		}
	}
	return true
}

// reference reports whether v names where a secret is, or the code that has it,
// instead of being one: a URL, a path, a class, a call, an object's identity.
func reference(v string) bool {
	low := strings.ToLower(v)
	if strings.HasPrefix(low, "http://") || strings.HasPrefix(low, "https://") || strings.HasPrefix(low, "file:") || strings.HasPrefix(low, "jdbc:") {
		return true
	}
	if strings.HasPrefix(v, "./") || strings.HasPrefix(v, "~/") || len(v) > 2 && v[1] == ':' && v[2] == '\\' ||
		v[0] == '/' && low == v && strings.Count(v, "/") > 1 {
		return true
	}
	if p := strings.IndexAny(v, "(["); p > 0 && letters(v[:p]) {
		return true
	}
	if p := strings.IndexByte(v, '@'); p > 0 && strings.Count(v[:p], ".") >= 2 && letters(v[:p]) { // com.example.Token@1b2c3d
		return true
	}
	return strings.Count(v, ".") >= 2 && letters(v) && low[0] == v[0]
}

// spoken reports whether v is what may stand behind a key in a sentence or as a
// setting, and no secret.
func spoken(v string) bool {
	if ordinary[strings.ToLower(strings.TrimRight(v, ".,;:!?"))] {
		return true
	}
	return masked(v) || reference(v) || numbered(v)
}

// numbered reports whether v is the code of an error or an issue: upper-case
// letters, then at most eight digits (AADSTS50011, ORA-28000, SUP-1234).
func numbered(v string) bool {
	i := 0
	for i < len(v) && 'A' <= v[i] && v[i] <= 'Z' {
		i++
	}
	if i < 2 || i == len(v) {
		return false
	}
	if v[i] == '-' || v[i] == '_' {
		i++
	}
	n := len(v) - i
	return 1 <= n && n <= 8 && digits(v[i:])
}

// passwordLike is the look at the value of a key that means a password, which
// people choose. bare: unquoted, behind a blank, so that it may be prose.
func passwordLike(v string, bare bool) bool {
	switch {
	case len(v) < 3 || spoken(v):
		return false
	case letters(v) && (bare || len(v) < 4):
		return false
	case digits(v):
		return len(v) >= 4 && (!bare || len(v) >= 6)
	}
	return true
}

// tokenLike is the look at the value of a key that means a token, which machines
// draw.
func tokenLike(v string, bare bool) bool {
	switch {
	case len(v) < 8 || spoken(v):
		return false
	case digits(v):
		return len(v) >= 12 && !bare
	case letters(v):
		return len(v) >= 20 && !strings.ContainsAny(v, "_-. ") && (!bare || strings.ToLower(v) != v)
	case strings.ContainsRune(v, ' '):
		return false
	}
	return true
}

// drawn is the look at a value whose key alone says little: it must be long and
// mixed.
func drawn(v string) bool {
	if len(v) < 10 || spoken(v) || letters(v) || digits(v) || strings.ContainsRune(v, ' ') {
		return false
	}
	return varied([]byte(v))
}
