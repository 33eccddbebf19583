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
			"the nonce value", "invalid or expired token", "invalid / expired token", "timestamp out of bounds", "oauth signature",
		},
		Run:      runOAuth1,
		Conclude: concludeOAuth1,
	}
}

// oauth1Run is the state of reading one record.
type oauth1Run struct {
	textGathering
	lows    []string // the rows in lower case
	signed  bool     // an oauth_ parameter, an OAuth challenge: OAuth 1.0a for sure
	named   bool     // "OAuth": it may be
	refused bool     // HTTP 401: it may be too
	advice  bool
	shop    bool // an error code of WooCommerce's API, whose keys are OAuth 1.0a
	problem []place
	words   []word
	voices  []voice
}

// A place is where something stands: a row and bytes of it.
type place struct{ row, start, end int }

// A voice is a text that only one provider says.
type voice struct {
	place
	provider string
}

// A word is a word of the extension that stands without oauth_problem.
type word struct {
	place
	text string
}

func runOAuth1(rec Record, _ time.Time) ([]Fact, []Finding) {
	r := oauth1Run{textGathering: newTextGathering("oauth1"), lows: lowerRows(rec)}
	for i := range rec.Rows {
		if !r.full() {
			r.row(rec, i)
		}
	}
	r.bare(rec)
	if len(r.problem) == 0 {
		r.sentences(rec)
	}
	r.window(rec)
	if len(r.problem) > 0 || r.shop || r.advice {
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
			r.shop, r.signed = true, true
			r.voices = append(r.voices, voice{place{i, start, end}, "woocommerce"})
		case !ok:
			if row.View == clean.Joined && !knownProblem(ident) {
				ident = gluedProblem(ident)
			}
			if len(r.words) < Max && knownProblem(ident) {
				r.words = append(r.words, word{place{i, start, end}, ident})
			}
		case knownProblem(param) && !generalProblem(param): // errorType OAUTH_TIMESTAMP_REFUSED
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
				r.text(row, "oauth1.realm", clip(p.decoded(), 300), p)
			}
		}
	}
	r.refused = r.refused || hasNumber(low, "401")
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
		if led || r.signed || r.named && !generalProblem(w.text) || r.refused && properProblem(w.text) {
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

// hasNumber reports whether the number stands in text, no digit beside it.
func hasNumber(text, number string) bool {
	for at := 0; ; {
		n := strings.Index(text[at:], number)
		if n < 0 {
			return false
		}
		start := at + n
		at = start + len(number)
		if (start == 0 || !digit(text[start-1])) && (at == len(text) || !digit(text[at])) {
			return true
		}
	}
}
