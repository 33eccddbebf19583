package analyze

import (
	"strconv"
	"time"

	"authfix/knowledge/clean"
)

// httpAnalyzer reads what a text tells of requests and their answers.
func httpAnalyzer() Analyzer {
	return Analyzer{
		Name: "http",
		Doc: "The status of an answer, from status lines, access logs, JSON, messages and prose, with the request's method and path, " +
			"the Location and the Date of the answer.",
		Keywords: []string{
			"http", "status", "response", "location:", "date: ", "get /", "post /", "put /", "patch /", "delete /", "head /",
			"301", "302", "303", "307", "308", "400", "401", "403", "404", "405", "406", "407", "408", "409", "410", "411", "412",
			"413", "415", "422", "423", "426", "428", "429", "500", "501", "502", "503", "504", "511",
		},
		Run: runHTTP,
	}
}

func runHTTP(rec Record, _ time.Time) ([]Fact, []Finding) {
	h := httpReader{gathering: gathering{analyzer: "http"}}
	for _, row := range rec.Rows {
		h.text, h.at = row.Text, row.Start
		h.joined = row.View == clean.Joined
		h.message = 0
		if rec.Logged && row.Start <= rec.Message && rec.Message <= row.Start+len(row.Text) {
			h.message = rec.Message - row.Start
		}
		h.read()
	}
	return h.facts, h.findings
}

type httpReader struct {
	gathering
	text     string
	at       int  // where text begins in the document
	message  int  // where the message begins behind a log's prefix
	joined   bool // the row joins lines that may not belong together
	known    [600]bool
	statuses int // how many were found
}

// read goes through one row: numbers may be statuses, some words begin a
// request or a header.
func (h *httpReader) read() {
	text := h.text
	inWord := false
	for i := 0; i < len(text); i++ {
		c := text[i]
		if digit(c) {
			end := digitsEnd(text, i)
			if end-i == 3 && c >= '1' && c <= '5' {
				h.status(i, end)
			}
			i = end - 1
			inWord = true
			continue
		}
		if !letter(c) {
			inWord = c == '_'
			continue
		}
		if inWord {
			continue
		}
		inWord = true
		switch c {
		case 'G', 'P', 'D', 'H', 'O', 'd', 'h':
			if h.request(i) || lowerByte(c) != 'd' {
				continue
			}
			h.date(i)
		case 'L', 'l':
			h.location(i)
		case 'R', 'r':
			h.redirect(i)
		case 'M', 'm':
			h.method(i)
		}
	}
}

// status judges the three digits at [i, end): whether they are the status of
// an HTTP answer.
func (h *httpReader) status(i, end int) {
	code, err := strconv.Atoi(h.text[i:end])
	if err != nil || h.known[code] || !isStatus(code) {
		return
	}
	right, ok := h.right(end)
	if !ok {
		return
	}
	left, ok := h.left(i)
	if !ok || !accepts(code, left, right, i < h.message, h.statuses) {
		return
	}
	h.known[code] = true
	h.statuses++
	h.add("http.status", h.text[i:end], i+h.at, end+h.at)
}

// isStatus reports whether a code is one of RFC 9110, its registry, or in
// common use by nginx, IIS and Cloudflare.
func isStatus(code int) bool {
	switch {
	case code >= 100 && code <= 103, code >= 200 && code <= 208, code == 226, code >= 300 && code <= 308,
		code >= 400 && code <= 418, code >= 421 && code <= 431, code == 440, code == 449, code == 451,
		code >= 494 && code <= 499, code >= 500 && code <= 511, code >= 520 && code <= 527:
		return true
	}
	return false
}

// accepts weighs what stands left and right of a code. A status line or the
// word status makes any code one; a word of failure makes an error or a
// redirect one; 401, 403 and 407 stand for themselves in prose; and what is
// joined to a status by "and" is one too.
func accepts(code int, left leftContext, right rightContext, inPrefix bool, before int) bool {
	failed := code >= 400
	redirects := code == 301 || code == 302 || code == 303 || code == 307 || code == 308
	switch {
	case left.class == saysStatus:
		return true
	case right.class == saysUnit || inPrefix || left.class == saysOther:
		return false
	case right.fraction:
		return left.class == saysFailure && failed
	case right.class == saysStatus:
		return !left.key
	case right.class == saysFailure:
		return (failed || redirects) && !left.key
	case left.class == saysFailure, left.class == saysMore && before > 0 && !right.glued:
		return failed || redirects
	case left.glued || left.key || right.glued || right.counts:
		return false
	}
	if !failed {
		return false
	}
	proverbial := code == 401 || code == 403 || code == 407
	if left.quoted && right.quoted {
		return proverbial || code <= 405 || code == 429 || code >= 500 && code <= 504
	}
	return proverbial
}
