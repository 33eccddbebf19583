package analyze

import (
	"strings"
	"time"
)

// entraAnalyzer reads the errors of Microsoft Entra ID (Azure AD).
func entraAnalyzer() Analyzer {
	return Analyzer{
		Name: "entra",
		Doc: "The code of an error of Microsoft Entra ID, with the trace id, correlation id and timestamp that Microsoft's support " +
			"and the sign-in logs are searched by. Form of the answer: learn.microsoft.com/entra/identity-platform/reference-error-codes.",
		Keywords: []string{"aadsts", "error_codes", "correlation id", "correlation_id", "correlationid", "trace id: ", "microsoftonline.com/error"},
		Run:      runEntra,
	}
}

func runEntra(rec Record, _ time.Time) ([]Fact, []Finding) {
	e := entraReader{gathering: gathering{analyzer: "entra"}}
	for _, row := range rec.Rows {
		e.codes(row)
	}
	// Ids and times are of this kind of error only; many products print some.
	if e.count("entra.code") == 0 {
		return nil, nil
	}
	for _, row := range rec.Rows {
		e.ids(row)
	}
	return e.facts, e.findings
}

type entraReader struct{ gathering }

// codes reads AADSTS50011, "error_codes":[50011] and error?code=50011.
func (e *entraReader) codes(row Row) {
	text := row.Text
	for i := 0; i < len(text); i++ {
		c := lowerByte(text[i])
		if c != 'a' && c != 'e' || i > 0 && isWord(text[i-1]) {
			continue
		}
		switch rest := text[i:]; {
		case foldedPrefix(rest, "aadsts"):
			e.code(row, i+len("aadsts"))
		case foldedPrefix(rest, "error_codes"):
			j := skip(text, i+len("error_codes"), " \\\"':=>")
			if j == len(text) || text[j] != '[' {
				continue
			}
			for range 8 {
				j = e.code(row, skip(text, j, "[ ,"))
				if j >= len(text) || text[j] != ',' {
					break
				}
			}
		case foldedPrefix(rest, "error?code=") && foldedSuffix(text[:i], "microsoftonline.com/"):
			e.code(row, i+len("error?code="))
		}
	}
}

// code states the number at i, which has four to eight digits and stands by
// itself (AADSTS50011 is not AADSTS500113), and returns its end.
func (e *entraReader) code(row Row, i int) int {
	end := digitsEnd(row.Text, i)
	if n := end - i; n >= 4 && n <= 8 && (end == len(row.Text) || !isWord(row.Text[end])) {
		e.fact(&row, "entra.code", row.Text[i:end], i, end)
	}
	return end
}

// ids reads the ids and the time that end an error description, in their
// spellings in text and in JSON.
func (e *entraReader) ids(row Row) {
	text := row.Text
	for i := 0; i < len(text); i++ {
		c := lowerByte(text[i])
		if c != 't' && c != 'c' || i > 0 && alphanumeric(text[i-1]) && !escaped(text, i) {
			continue
		}
		rest := text[i:]
		switch {
		case foldedPrefix(rest, "trace"):
			e.id(row, "entra.trace_id", i+len("trace"))
		case foldedPrefix(rest, "correlation"):
			e.id(row, "entra.correlation_id", i+len("correlation"))
		case foldedPrefix(rest, "timestamp"):
			j := skip(text, i+len("timestamp"), " \\\"':=+")
			if t, n := entraTime(text[j:]); n > 0 {
				e.fact(&row, "entra.time", canonicalTime(t), j, j+n)
			}
		}
	}
}

// escaped reports whether the letter at i follows an escape: \n, \r.
func escaped(text string, i int) bool {
	return i >= 2 && text[i-2] == '\\' && contains("nrt", text[i-1])
}

// id states the UUID that follows the word that ends at i, after "id".
func (e *entraReader) id(row Row, name string, i int) {
	text := row.Text
	j := skip(text, i, " _-")
	if !foldedPrefix(text[j:], "id") {
		return
	}
	j = skip(text, j+2, " \\\"':=+")
	if n := uuidLength(text[j:]); n > 0 {
		e.fact(&row, name, asciiLower(text[j:j+n]), j, j+n)
	}
}

// uuidLength returns 36 if text begins with a UUID, else 0. A person may have
// masked digits with x or *.
func uuidLength(text string) int {
	const n = 36
	if len(text) < n || len(text) > n && alphanumeric(text[n]) {
		return 0
	}
	for i := range n {
		dash := i == 8 || i == 13 || i == 18 || i == 23
		if dash != (text[i] == '-') || !dash && !isHex(text[i]) && !contains("xX*", text[i]) {
			return 0
		}
	}
	return n
}

// entraTime reads "2024-01-02 03:04:05Z" or the same with T, in a query with +
// for the blank and %3a for the colon, and returns how many bytes it took.
func entraTime(text string) (time.Time, int) {
	head := text[:min(len(text), 32)]
	n := 0
	var b strings.Builder
	for n < len(head) && b.Len() < len("2006-01-02T15:04:05Z") {
		switch c := head[n]; {
		case c == '%' && foldedPrefix(head[n:], "%3a"):
			b.WriteByte(':')
			n += 3
			continue
		case c == ' ' || c == '+':
			b.WriteByte('T')
		default:
			b.WriteByte(c)
		}
		n++
	}
	t, err := time.Parse("2006-01-02T15:04:05Z", b.String())
	if err != nil {
		return time.Time{}, 0
	}
	return t, n
}
