package analyze

import (
	"fmt"
	"strings"
	"time"

	"authfix/knowledge/clean"
)

// oauth1Analyzer reads what an OAuth 1.0a provider says about a refused request, in
// the words of the Problem Reporting extension
// (http://wiki.oauth.net/w/page/12238543/ProblemReporting), and the oauth_
// parameters of the request (RFC 5849 section 3.1).
func oauth1Analyzer() Analyzer {
	return Analyzer{
		Name: "oauth1",
		Doc: "OAuth 1.0a: oauth_problem in every form in which programs print it, its advice and window, " +
			"the parameters of the request, and whose provider answered",
		Keywords: []string{
			"oauth_", "oauthproblem", "oauth problem", "oauth::problem", "oauth realm=", "blem=",
			"consumer_key_", "token_rejected", "token_expired", "token_revoked", "token_used", "nonce_used",
			"timestamp_refused", "signature_invalid", "signature_method_rejected", "parameter_absent",
			"parameter_rejected", "version_rejected", "permission_denied", "permission_unknown", "user_refused",
			"additional_authorization_required", "verifier_invalid", "_authentication_error",
		},
		Run:      runOAuth1,
		Conclude: concludeOAuth1,
	}
}

// oauth1Run is the state of reading one record.
type oauth1Run struct {
	gathering
	lows    []string // the rows in lower case
	signed  bool     // an oauth_ parameter, an OAuth challenge: OAuth 1.0a for sure
	named   bool     // "OAuth" or HTTP 401: it may be
	advice  bool
	shop    bool // an error code of WooCommerce's API, whose keys are OAuth 1.0a
	problem []place
	words   []word
}

// A place is where something stands: a row and bytes of it.
type place struct{ row, start, end int }

// A word is a word of the extension that stands without oauth_problem.
type word struct {
	place
	text string
}

func runOAuth1(rec Record, _ time.Time) ([]Fact, []Finding) {
	r := oauth1Run{gathering: gathering{analyzer: "oauth1"}, lows: make([]string, len(rec.Rows))}
	for i := range rec.Rows {
		r.lows[i] = asciiLower(rec.Rows[i].Text)
		if !r.full() {
			r.row(rec, i)
		}
	}
	r.bare(rec)
	r.window(rec)
	if len(r.problem) > 0 || r.shop {
		r.provider(rec)
	}
	r.explain()
	return r.facts, r.findings
}

// row reads the parameters of one row and notes the bare words.
func (r *oauth1Run) row(rec Record, i int) {
	row, low := &rec.Rows[i], r.lows[i]
	for at := 0; ; {
		start, end := nextIdent(low, at)
		if start < 0 {
			break
		}
		at = end
		ident := low[start:end]
		param, ok := strings.CutPrefix(ident, "oauth_")
		switch {
		case !ok && strings.HasSuffix(ident, "_authentication_error") && strings.HasPrefix(ident, "woocommerce_"):
			r.shop = true
		case !ok:
			if len(r.words) < Max && knownProblem(ident) {
				r.words = append(r.words, word{place{i, start, end}, ident})
			}
		case knownProblem(param): // errorType OAUTH_TIMESTAMP_REFUSED
			r.signed = true
			r.state(row, param, place{i, start, end})
		default:
			r.param(row, i, param, end)
		}
	}
	for at := 0; ; {
		n := strings.Index(low[at:], "oauth")
		if n < 0 {
			break
		}
		at += n + len("oauth")
		r.named = true
		switch rest := low[at:]; {
		case strings.HasPrefix(rest, " problem"), strings.HasPrefix(rest, "-problem"):
			r.prose(row, i, at+len(" problem"))
		case strings.HasPrefix(rest, " realm"):
			r.signed = true
			if p, ok := value(row.Text, low, at+len(" realm"), false); ok {
				r.fact(row, "oauth1.realm", clip(p.decoded(), 300), p.start, p.end)
			}
		}
	}
	if !r.named && has401(low) {
		r.named = true
	}
}

// param reads one oauth_ parameter whose name ends at end.
func (r *oauth1Run) param(row *Row, i int, param string, end int) {
	low := r.lows[i]
	switch param {
	case "problem":
		r.signed = true
		r.readProblem(row, i, end)
	case "problem_advice":
		r.signed, r.advice = true, true
		if p, ok := value(row.Text, low, end, true); ok {
			r.fact(row, "oauth1.advice", clip(p.decoded(), 300), p.start, p.end)
		}
	case "parameters_absent", "parameters_rejected":
		r.signed = true
		if p, ok := value(row.Text, low, end, true); ok && param == "parameters_absent" {
			r.absent(row, i, p)
		}
	case "acceptable_timestamps":
		r.signed = true
		if p, ok := value(row.Text, low, end, false); ok {
			r.readWindow(row, p.start)
		}
	case "timestamp":
		r.signed = true
		if p, ok := value(row.Text, low, end, false); ok {
			n := digitRun(p.raw)
			if t, ok := unixTime(p.raw[:n]); ok {
				r.fact(row, "oauth1.timestamp", canonicalTime(t), p.start, p.start+n)
			}
		}
	case "consumer_key":
		r.signed = true
		// In prose a key is followed by anything; only a pair tells it.
		if p, ok := value(row.Text, low, end, false); ok && p.sep != 'w' && (p.sep == '=' || p.quoted) {
			r.fact(row, "oauth1.consumer_key", clip(p.decoded(), 128), p.start, p.end)
		}
	case "signature_method":
		r.signed = true
		if p, ok := value(row.Text, low, end, false); ok {
			if m := strings.ToUpper(p.decoded()); strings.HasPrefix(m, "HMAC-") || strings.HasPrefix(m, "RSA-") || m == "PLAINTEXT" {
				r.fact(row, "oauth1.signature_method", clip(m, 20), p.start, p.end)
			}
		}
	case "signature", "signature_base_string", "nonce", "body_hash", "verifier":
		r.signed = true
	}
}

// readProblem reads the value of oauth_problem.
func (r *oauth1Run) readProblem(row *Row, i, end int) {
	p, ok := value(row.Text, r.lows[i], end, false)
	if !ok {
		return
	}
	at := place{i, p.start, p.end}
	problem := canonicalProblem(p.decoded())
	if !p.quoted {
		// Blanks that were not encoded: a sentence of Magento.
		rest := r.lows[i][p.start:]
		if s, n := sentenceProblem(oneLine(unpercent(clip(rest, 120), true))); n > 0 {
			problem = s
			if len(rest) >= n && strings.IndexByte(rest[:n], ' ') > 0 {
				at.end = p.start + n
			}
		}
	}
	cut := p.open || strings.HasPrefix(r.lows[i][p.end:], "...") || strings.HasPrefix(r.lows[i][p.end:], "…")
	switch {
	case knownProblem(problem):
	case cut && completeProblem(problem) != "":
		problem = completeProblem(problem)
	case cut && row.View == clean.Plain && halfProblem(problem):
		return
	case p.sep == '=' || p.quoted && p.sep == ':':
		// Providers have words of their own: rate limits, organisations offline.
		if !looksLikeProblem(problem) {
			return
		}
	default:
		return
	}
	r.state(row, problem, at)
}

// prose reads "OAuth problem: timestamp refused" from after the word problem.
func (r *oauth1Run) prose(row *Row, i, at int) {
	low := r.lows[i]
	rest := strings.TrimLeft(low[at:min(len(low), at+40)], ` :="'`)
	start := at + strings.Index(low[at:], rest)
	if words := strings.FieldsFunc(rest, func(c rune) bool { return c == ' ' || c == ',' || c == '.' || c == ')' || c == '"' }); len(words) >= 2 {
		if w := words[0] + "_" + words[1]; knownProblem(w) {
			r.signed = true
			r.state(row, w, place{i, start, start + len(w)})
		}
	}
}

// absent states each of the parameters that a value names.
func (r *oauth1Run) absent(row *Row, i int, p pair) {
	// The names are joined by an encoded '&', at which other values end.
	end := p.start
	for low := r.lows[i]; end < len(low) && end < p.start+300 && (isWord(low[end]) || low[end] == '%' || low[end] == '-'); {
		end++
	}
	end = max(end, p.end)
	for _, name := range strings.FieldsFunc(unpercent(row.Text[p.start:end], false), func(c rune) bool { return c == '&' || c == ',' || c == ' ' || c == '"' }) {
		if len(name) <= 64 && isIdent(name) {
			r.fact(row, "oauth1.parameters_absent", asciiLower(name), p.start, end)
		}
	}
}

// readWindow reads <from>-<to> at row.Text[at:].
func (r *oauth1Run) readWindow(row *Row, at int) bool {
	s := row.Text[at:]
	n := digitRun(s)
	from, ok := unixTime(s[:n])
	if !ok {
		return false
	}
	m := n
	if strings.HasPrefix(s[m:], "-") {
		m++
	} else if unhyphen := asciiLower(s[m:min(len(s), m+3)]); unhyphen == "%2d" {
		m += 3
	} else {
		return false
	}
	k := digitRun(s[m:])
	to, ok := unixTime(s[m : m+k])
	if !ok || to.Before(from) {
		return false
	}
	r.fact(row, "oauth1.acceptable_from", canonicalTime(from), at, at+n)
	r.fact(row, "oauth1.acceptable_to", canonicalTime(to), at+m, at+m+k)
	return true
}

// window looks for a window without its usual name, as in the JSON of an
// application link's status ("acceptable":"1650000000-1650000600").
func (r *oauth1Run) window(rec Record) {
	if !r.holds("oauth1.problem", "timestamp_refused") {
		return
	}
	if _, ok := firstFact(r.facts, "oauth1.acceptable_from"); ok {
		return
	}
	for i := range rec.Rows {
		text := rec.Rows[i].Text
		for at := 0; ; {
			n := strings.IndexByte(text[at:], '-')
			if n < 0 {
				break
			}
			at += n + 1
			if at > 10 && digitRun(text[at-11:at-1]) == 10 && (at == 11 || !isWord(text[at-12])) && r.readWindow(&rec.Rows[i], at-11) {
				return
			}
		}
	}
}

// bare states the words that stand without oauth_problem, where the record
// shows that they are OAuth's: after an exception, a key or a library's name,
// or anywhere in a record with signs of OAuth 1.0a.
func (r *oauth1Run) bare(rec Record) {
	for _, w := range r.words {
		low := r.lows[w.row]
		lead := low[max(0, w.start-48):w.start]
		led := false
		for _, s := range [...]string{"oauthproblem", "oauth::", "oauth_problem", "oauth problem", "xeroerror", "xeroizer", "oauth fetch"} {
			led = led || strings.Contains(lead, s)
		}
		if !led && strings.HasSuffix(lead, "=") && !generalProblem(w.text) {
			led = cutKey(lead[:len(lead)-1]) // "blem=timestamp_refused", the rest cut away
		}
		if led || r.signed || r.named && !generalProblem(w.text) {
			r.state(&rec.Rows[w.row], w.text, w.place)
		}
	}
}

// state states a problem.
func (r *oauth1Run) state(row *Row, problem string, at place) {
	if len(r.problem) < Max {
		r.problem = append(r.problem, at)
	}
	r.fact(row, "oauth1.problem", problem, at.start, at.end)
}

// explain says what the problems mean and which times would be taken.
func (r *oauth1Run) explain() {
	for _, f := range r.facts {
		if f.Name != "oauth1.problem" {
			continue
		}
		if s := problemMeaning(f.Value); s != "" {
			r.find(f.Value+": "+s, map[string]string{"problem": f.Value}, f.Start, f.End)
		}
	}
	from, ok := firstFact(r.facts, "oauth1.acceptable_from")
	to, _ := firstFact(r.facts, "oauth1.acceptable_to")
	if ok && to.Value != "" {
		a, _ := time.Parse(time.RFC3339, from.Value)
		b, _ := time.Parse(time.RFC3339, to.Value)
		if !b.Before(a) {
			text := fmt.Sprintf("the server took timestamps from %s to %s (%s), so its clock stood at about %s",
				a.Format("2006-01-02 15:04:05"), b.Format("15:04:05 UTC"), spell(b.Sub(a)), a.Add(b.Sub(a)/2).Format("15:04:05 UTC"))
			r.find(text, map[string]string{"from": from.Value, "to": to.Value}, from.Start, to.End)
		}
	}
}

// has401 reports whether the number 401 stands in low.
func has401(low string) bool {
	for at := 0; ; {
		n := strings.Index(low[at:], "401")
		if n < 0 {
			return false
		}
		at += n + 3
		if (at == 3 || !digit(low[at-4])) && (at == len(low) || !digit(low[at])) {
			return true
		}
	}
}
