package analyze

import "strings"

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
			r.text(row, "oauth1.advice", clip(p.decoded(), 300), p)
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
			r.text(row, "oauth1.consumer_key", clip(p.decoded(), 128), p)
		}
	case "signature_method":
		r.signed = true
		if p, ok := value(row.Text, low, end, false); ok {
			if m := signatureMethod(p.decoded()); m != "" {
				r.fact(row, "oauth1.signature_method", m, p.start, p.end)
			}
		}
	case "signature", "signature_base_string", "nonce", "body_hash", "verifier":
		r.signed = true
	}
}

// readProblem reads the value of oauth_problem.
func (r *oauth1Run) readProblem(row *Row, i, end int) {
	reach := min(len(row.Text), end+400) // no problem is longer, and a line may be nothing but its key
	p, ok := value(row.Text[:reach], r.lows[i][:reach], end, false)
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
	switch known := knownProblem(problem); {
	case known:
	case gluedProblem(problem) != "":
		problem = gluedProblem(problem)
	case halfProblem(problem):
		// Cut: one word alone may begin so, or a view holds the rest.
		if problem = completeProblem(problem); problem == "" {
			return
		}
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

// signatureMethod returns the method with which a value begins, "" when it is
// none (RFC 5849 section 3.4 and the SHA-2 methods that providers added).
func signatureMethod(s string) string {
	s = strings.ToUpper(s)
	for _, m := range [...]string{"HMAC-SHA256", "HMAC-SHA512", "HMAC-SHA1", "RSA-SHA256", "RSA-SHA512", "RSA-SHA1", "PLAINTEXT"} {
		if strings.HasPrefix(s, m) {
			return m
		}
	}
	return ""
}

// prose reads "OAuth problem: timestamp refused" from after the word problem.
func (r *oauth1Run) prose(row *Row, i, at int) {
	low := r.lows[i]
	rest := strings.TrimLeft(low[at:min(len(low), at+40)], ` :="'`)
	start := at + strings.Index(low[at:], rest)
	words := strings.FieldsFunc(rest, func(c rune) bool { return c == ' ' || c == ',' || c == '.' || c == ')' || c == '"' })
	for n := min(3, len(words)); n >= 2; n-- {
		if w := strings.Join(words[:n], "_"); knownProblem(w) {
			r.signed = true
			r.state(row, w, place{i, start, start + len(w)})
			return
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
