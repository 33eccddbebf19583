package analyze

import (
	"hash/crc32"
	"strings"
	"time"
)

// tokenKindAnalyzer tells tokens by their prefix, and by length or checksum whether
// they arrived whole. It reads tokens, the bare prefixes that a query returns
// ("ghu_") and masked ones ("ghu_****"). No finding holds a token.
func tokenKindAnalyzer() Analyzer {
	return Analyzer{
		Name: "tokenkind",
		Doc: "Which kind of token stands in the text, by its prefix, what that kind is for, when it runs out, " +
			"and whether it is whole, cut or damaged",
		Keywords: []string{
			"ghp_", "gho_", "ghu_", "ghs_", "ghr_", "github_pat_", "atatt", "atctt", "atbb", "glpat-",
			"xoxb", "xoxp", "xoxa", "xoxe", "xapp-", "ya29.", "akia", "asia", "eyj",
		},
		Run: runTokenKind,
	}
}

// A tokenFormat is how one kind of token looks.
type tokenFormat struct {
	kind, prefix string
	name         string // what it is
	life         string // when it runs out, or what it is for
	more         string // bytes that may stand in it beside letters and digits
	check        func(token string) string
}

// tokenFormats returns the formats whose prefix begins with a byte. Sources:
// https://github.blog/engineering/platform-security/behind-githubs-new-authentication-token-formats/
// (prefixes, checksum), GitHub's changelog of 2026-04 (long ghs_ tokens),
// https://docs.gitlab.com/security/tokens/, https://docs.slack.dev/authentication/tokens,
// AWS's IAM identifiers (prefixes, 20 characters), RFC 7519.
var tokenFormats = [...]tokenFormat{
	{"ghp", "ghp_", "a classic personal access token of GitHub", "it lives as long as its owner chose, and is removed after a year without use", "_", githubState},
	{"gho", "gho_", "an OAuth app's access token of GitHub", "it does not run out by time, only when it is revoked or unused for a year", "_", githubState},
	{"ghu", "ghu_", "a GitHub App's user-to-server token", "it runs out after 8 hours unless the app opted out, and must be refreshed", "_", githubState},
	{"ghs", "ghs_", "a GitHub App's installation token (server-to-server)", "it runs out after 1 hour", "_.-", githubState},
	{"ghr", "ghr_", "a GitHub App's refresh token", "it runs out after 6 months and is only good for getting a new user-to-server token", "_", atLeast(40)},
	{"github_pat", "github_pat_", "a fine-grained personal access token of GitHub", "it lives until the date its owner chose", "_", exactly(93)},
	{"atatt", "ATATT", "an Atlassian Cloud API token", "it goes with the account's e-mail address as Basic authentication and runs out after a year at most", "-_=", atlassianState},
	{"atctt", "ATCTT", "an access token of a Bitbucket Cloud repository, project or workspace", "it is sent as a Bearer token and lives until the date chosen for it", "-_=", atlassianState},
	{"atbb", "ATBB", "an app password of Bitbucket Cloud", "app passwords have been retired in favour of API tokens", "", exactly(36)},
	{"glpat", "glpat-", "a personal, project or group access token of GitLab", "it runs out on the date chosen for it, after a year at most by default", "-_.", gitlabState},
	{"xoxb", "xoxb-", "a bot token of Slack", "it lives until the app is removed, or 12 hours where rotation is on", "-", atLeast(50)},
	{"xoxp", "xoxp-", "a user token of Slack", "it acts as the user who installed the app, and lives until revoked unless rotation is on", "-", atLeast(50)},
	{"xoxa", "xoxa-", "a workspace token of Slack, an old kind", "Slack gives out no more of them", "-", atLeast(40)},
	{"xoxe", "xoxe", "a rotating token of Slack", "its access token runs out after 12 hours, a refresh token serves once", "-.", atLeast(50)},
	{"xapp", "xapp-", "an app-level token of Slack", "it opens Socket Mode connections and does not run out by time", "-", atLeast(60)},
	{"ya29", "ya29.", "an OAuth 2.0 access token of Google", "it runs out after about 1 hour", "-_.", atLeast(60)},
	{"akia", "AKIA", "a long-term access key id of AWS", "it lives until it is deactivated", "", awsState},
	{"asia", "ASIA", "a temporary access key id of AWS (STS)", "it runs out with its session, and must be sent with the session token", "", awsState},
	{"jwt", "eyJ", "a JSON Web Token", "", "-_.", jwtState},
}

// The states of a token.
const (
	stateWhole   = "whole"
	stateCut     = "cut"
	stateDamaged = "damaged"
	statePrefix  = "prefix"
)

// maxToken bounds how many bytes of a token are looked at.
const maxToken = 16 << 10

func runTokenKind(rec Record, _ time.Time) ([]Fact, []Finding) {
	g := gathering{analyzer: "tokenkind"}
	var bare []bareToken
	for i := range rec.Rows {
		if g.full() {
			break
		}
		bare = append(bare, tokensOf(&g, &rec.Rows[i])...)
	}
	// A text that goes through three kinds explains prefixes.
	kinds := 0
	for i := range bare {
		known := false
		for j := range i {
			known = known || bare[j].format == bare[i].format
		}
		if !known {
			kinds++
		}
		if kinds > 2 {
			return g.facts, g.findings
		}
	}
	for _, b := range bare {
		stateToken(&g, b.row, b.format, statePrefix, b.start, b.end)
	}
	return g.facts, g.findings
}

// A bareToken is a prefix without a token behind it.
type bareToken struct {
	row        *Row
	format     *tokenFormat
	start, end int
}

// tokensOf states the tokens of one row and returns its bare prefix, if one.
func tokensOf(g *gathering, row *Row) []bareToken {
	text := row.Text
	var bare []bareToken
	for i := 0; i < len(text); {
		if !alphanumeric(text[i]) {
			i++
			continue
		}
		if i > 0 && isWord(text[i-1]) && !escapeBefore(text, i) {
			for i < len(text) && isWord(text[i]) {
				i++
			}
			continue
		}
		f := formatAt(text, i)
		if f == nil {
			i++
			continue
		}
		end := i + len(f.prefix)
		for end < len(text) && end < i+maxToken && (alphanumeric(text[end]) || contains(f.more, text[end])) {
			end++
		}
		// A full stop or hyphen behind a token belongs to the sentence.
		for end > i+len(f.prefix) && (text[end-1] == '.' || text[end-1] == '-') {
			end--
		}
		switch {
		case isBare(f, text, i, end):
			if len(bare) < 8 {
				bare = append(bare, bareToken{row, f, i, i + len(f.prefix)})
			}
		case isToken(f, text[i:end]):
			state := f.check(text[i:end])
			if strings.HasPrefix(text[end:], "...") || strings.HasPrefix(text[end:], "…") {
				state = stateCut
			}
			stateToken(g, row, f, state, i, end)
		}
		i = max(end, i+1)
	}
	return meant(row.Text, bare)
}

// stateToken states kind and state of one token.
func stateToken(g *gathering, row *Row, f *tokenFormat, state string, start, end int) {
	g.fact(row, "token.kind", f.kind, start, end)
	g.fact(row, "token.state", state, start, end)
	text := strings.TrimRight(f.prefix, "_-.") + ": " + f.name
	if f.kind == "jwt" {
		text = f.name
	}
	switch state {
	case stateCut:
		text += ", cut short"
	case stateDamaged:
		text += ", damaged: its length or checksum does not fit"
	case statePrefix:
		text += ", of which only the beginning stands here"
	}
	if f.life != "" {
		text += "; " + f.life
	}
	g.find(text, map[string]string{"kind": f.kind, "state": state}, row.Start+start, row.Start+end)
}

// meant returns the one bare prefix of a row that tells of the token at hand. A
// row that weighs several ("is it gho_ or ghu_?"), denies one ("not ghu_") or
// compares with one (LIKE 'ghu_%', startsWith("ghu_")) tells nothing.
func meant(text string, bare []bareToken) []bareToken {
	kept := bare[:0]
	for i, b := range bare {
		before, after := text[:b.start], text[b.end:]
		switch {
		case endsInWord(before, deniers[:]), strings.HasPrefix(after, "%"), strings.HasPrefix(after, `")`), strings.HasPrefix(after, "')"):
		case i > 0 && endsInWord(before, choosers[:]):
			return nil
		default:
			kept = append(kept, b)
		}
	}
	for _, b := range kept {
		if b.format != kept[0].format {
			return nil
		}
	}
	return kept[:min(len(kept), 1)]
}

// Words before a prefix that deny it, and words that offer it as a choice.
var (
	deniers = [...]string{
		"not", "not a", "not an", "isn't", "no", "no longer", "never", "instead of", "rather than", "if", "whether", "unlike",
		"nicht", "kein", "keine", "statt", "pas", "sin", "non", "не", "不是",
	}
	choosers = [...]string{"or", "or a", "or an", "vs", "vs.", "/", "oder", "ou", "o", "или", "还是"}
)

// endsInWord reports whether before ends in one of words, quotation marks and
// blanks aside.
func endsInWord(before string, words []string) bool {
	before = asciiLower(before[max(0, len(before)-24):])
	before = strings.TrimRight(before, " `'\"*_(")
	for _, w := range words {
		if rest, ok := strings.CutSuffix(before, w); ok && (rest == "" || !letter(rest[len(rest)-1]) || !letter(w[0])) {
			return true
		}
	}
	return false
}

// escapeBefore reports whether what stands before text[i] is an escape (\n,
// %20), not a word that goes on.
func escapeBefore(text string, i int) bool {
	if i >= 2 && text[i-2] == '\\' && (text[i-1] == 'n' || text[i-1] == 't' || text[i-1] == 'r') {
		return true
	}
	return i >= 3 && text[i-3] == '%' && isHex(text[i-2]) && isHex(text[i-1])
}

// formatAt returns the format whose prefix stands at text[i].
func formatAt(text string, i int) *tokenFormat {
	switch text[i] {
	case 'g', 'A', 'x', 'y', 'e':
	default:
		return nil
	}
	for f := range tokenFormats {
		if p := tokenFormats[f].prefix; text[i] == p[0] && strings.HasPrefix(text[i:], p) {
			return &tokenFormats[f]
		}
	}
	return nil
}

// isBare reports whether text[start:end] is no more than the prefix, or the
// prefix with a mask behind it: stars, dots, a run of x.
func isBare(f *tokenFormat, text string, start, end int) bool {
	body := strings.TrimLeft(text[start+len(f.prefix):end], "_-")
	switch body {
	case "3", "3x", "3xFf", "3xFfGF0", "3xFfGN0": // all of Atlassian's begin so
		return f.kind == "atatt" || f.kind == "atctt"
	}
	if masked := strings.Trim(body, "xX"); masked == "" && len(body) >= 3 {
		return true
	}
	if body != "" {
		return false
	}
	rest := text[start+len(f.prefix):]
	mask := strings.HasPrefix(rest, "*") || strings.HasPrefix(rest, "…") || strings.HasPrefix(rest, "...") || strings.HasPrefix(rest, "[") || strings.HasPrefix(rest, "<")
	switch f.kind {
	case "asia", "akia", "atbb", "xoxe", "jwt":
		// These are words, or nearly; a mark must show that a token is meant.
		return mask || quoteLen(text, start+len(f.prefix)) > 0 && start > 0 && text[start-1] == text[start+len(f.prefix)]
	}
	return true
}

// isToken tells a token from a name that begins like one (ghp_import).
func isToken(f *tokenFormat, token string) bool {
	body := token[len(f.prefix):]
	switch f.kind {
	case "akia", "asia":
		if len(body) < 12 {
			return false
		}
		for i := 0; i < len(body); i++ {
			if !digit(body[i]) && (body[i] < 'A' || body[i] > 'Z') {
				return false
			}
		}
		return true
	case "atbb":
		return len(body) >= 8 && hasDigit(body)
	case "jwt":
		return len(body) >= 8
	case "xoxe":
		return len(body) > 4 && (body[0] == '-' || body[0] == '.') && hasDigit(body)
	}
	if len(body) >= 20 {
		return true
	}
	return hasDigit(body) || body != asciiLower(body)
}

func hasDigit(s string) bool { return strings.ContainsAny(s, "0123456789") }

// atLeast makes the check of a kind of which only the shortest length is known.
func atLeast(n int) func(string) string {
	return func(token string) string {
		if len(token) < n {
			return stateCut
		}
		return stateWhole
	}
}

// exactly makes the check of a kind that has one length.
func exactly(n int) func(string) string {
	return func(token string) string {
		switch {
		case len(token) < n:
			return stateCut
		case len(token) > n:
			return stateDamaged
		}
		return stateWhole
	}
}

// githubState checks a token of 40 characters, whose last 6 are the CRC-32 of
// the 30 before them in base 62. Longer ones are of the newer, stateless kind
// (ghs_<app>_<JWT>), which has no such checksum.
func githubState(token string) string {
	switch body := token[4:]; {
	case len(token) < 40:
		return stateCut
	case len(token) == 40 && base62(crc32.ChecksumIEEE([]byte(body[:30]))) == body[30:]:
		return stateWhole
	case len(token) >= 100 && strings.Count(token, ".") == 2:
		return stateWhole
	case len(token) >= 100:
		return stateCut
	}
	return stateDamaged
}

// base62 writes n in 6 digits of 0-9A-Za-z.
func base62(n uint32) string {
	const alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
	var b [6]byte
	for i := len(b) - 1; i >= 0; i-- {
		b[i] = alphabet[n%62]
		n /= 62
	}
	return string(b[:])
}

// atlassianState checks a token of Atlassian's cloud: 192 characters, of which
// the last are '=' and 8 hexadecimal digits.
func atlassianState(token string) string {
	if len(token) < 192 {
		return stateCut
	}
	tail := token[len(token)-9:]
	for i := 1; i < len(tail); i++ {
		if !isHex(tail[i]) {
			return stateDamaged
		}
	}
	if tail[0] != '=' {
		return stateDamaged
	}
	return stateWhole
}

// gitlabState checks a GitLab token: 20 characters behind the prefix, or the
// newer routable form with a full stop and 9 characters at its end.
func gitlabState(token string) string {
	switch body := token[len("glpat-"):]; {
	case len(body) < 20:
		return stateCut
	case len(body) == 20:
		return stateWhole
	case strings.Contains(body, "."):
		return stateWhole
	case len(body) >= 27:
		return stateCut
	}
	return stateDamaged
}

// awsState checks an access key id: 20 characters, the last 16 in base 32.
func awsState(token string) string {
	if s := exactly(20)(token); s != stateWhole {
		return s
	}
	for i := 4; i < len(token); i++ {
		if c := token[i]; c == '0' || c == '1' || c == '8' || c == '9' {
			return stateDamaged
		}
	}
	return stateWhole
}

// jwtState counts the parts of a token: three when signed, five when encrypted.
func jwtState(token string) string {
	parts := strings.Split(token, ".")
	for _, p := range parts {
		if p == "" {
			return stateDamaged
		}
	}
	switch len(parts) {
	case 3:
		if len(token) >= maxToken {
			return stateCut
		}
		return stateWhole
	case 5:
		return stateWhole
	case 1, 2, 4:
		return stateCut
	}
	return stateDamaged
}
