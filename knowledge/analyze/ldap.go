package analyze

import (
	"strconv"
	"time"
)

// ldapAnalyzer reads result codes of LDAP and what Active Directory adds.
func ldapAnalyzer() Analyzer {
	return Analyzer{
		Name: "ldap",
		Doc: "The LDAP result code (RFC 4511 section 4.1.9) of a failed bind or search, and the data code in which Active Directory says " +
			"what was wrong with the account (52e wrong password, 532 expired, 775 locked …).",
		Keywords: []string{"acceptsecuritycontext", "ldap", "slapd", " err=", "dsid-"},
		Run:      runLDAP,
	}
}

func runLDAP(rec Record, _ time.Time) ([]Fact, []Finding) {
	l := ldapReader{gathering: gathering{analyzer: "ldap"}}
	for _, row := range rec.Rows {
		l.row = row
		l.read()
	}
	return l.facts, l.findings
}

type ldapReader struct {
	gathering
	row  Row
	ldap bool // this row or one before it speaks of LDAP
}

// read goes through one row. The forms are those of JNDI ("LDAP: error code
// 49"), OpenLDAP's server ("RESULT tag=97 err=49") and tools ("Invalid
// credentials (49)"), python-ldap ('result': 49), ldapts and ldapjs ("Code:
// 0x31"), and Active Directory's diagnostic message.
func (l *ldapReader) read() {
	text := l.row.Text
	for i := 0; i < len(text); i++ {
		c := lowerByte(text[i])
		if i > 0 && letter(c) && alphanumeric(text[i-1]) && c != 'l' {
			continue
		}
		rest := text[i:]
		switch c {
		case 'l':
			l.ldap = l.ldap || foldedPrefix(rest, "ldap")
		case 's':
			l.ldap = l.ldap || foldedPrefix(rest, "slapd")
		case 'a':
			if foldedPrefix(rest, "acceptsecuritycontext") {
				l.ldap = true
				l.data(i)
			}
		case 'd':
			l.ldap = l.ldap || foldedPrefix(rest, "dsid-")
		case 't':
			l.ldap = l.ldap || foldedPrefix(rest, "tag=") && foldedSuffix(text[:i], "result ")
		case 'e':
			if l.ldap && foldedPrefix(rest, "error code") {
				l.code(i + len("error code"))
			} else if l.ldap && foldedPrefix(rest, "err=") {
				l.code(i + len("err="))
			}
		case 'r':
			if l.ldap && foldedPrefix(rest, "result code") {
				l.code(i + len("result code"))
			} else if l.ldap && foldedPrefix(rest, "result") && i+6 < len(text) && contains(":='\"", text[i+6]) {
				l.code(i + len("result"))
			}
		case '(':
			if l.ldap && l.named(i) {
				l.code(i + 1)
			}
		}
	}
}

// named reports whether the name of a result stands before the parenthesis at
// i, as OpenLDAP's tools write it.
func (l *ldapReader) named(i int) bool {
	before := l.row.Text[:i]
	for _, name := range [...]string{
		"invalid credentials ", "can't contact ldap server ", "server is unwilling to perform ", "no such object ", "invalid dn syntax ",
		"insufficient access ", "strong(er) authentication required ", "confidentiality required ", "inappropriate authentication ",
		"operations error ", "referral ", "size limit exceeded ", "time limit exceeded ", "constraint violation ", "busy ", "unavailable ",
	} {
		if foldedSuffix(before, name) {
			return true
		}
	}
	return false
}

// code states the number at i: decimal, hexadecimal after 0x, or -1, by which
// OpenLDAP's tools say that there was no connection.
func (l *ldapReader) code(i int) {
	text := l.row.Text
	i = skip(text, i, " :='\"[(")
	from := i
	var code int64
	var err error
	if foldedPrefix(text[i:], "0x") {
		end := i + 2
		for end < len(text) && end < i+6 && isHex(text[end]) {
			end++
		}
		code, err = strconv.ParseInt(text[i+2:end], 16, 32)
		i = end
	} else {
		if i < len(text) && text[i] == '-' {
			i++
		}
		end := digitsEnd(text, i)
		if end-from > 4 {
			return
		}
		code, err = strconv.ParseInt(text[from:end], 10, 32)
		i = end
	}
	// Zero is success; codes above 123 are assigned to no result.
	if err != nil || code == 0 || code < -1 || code > 123 || i < len(text) && isWord(text[i]) {
		return
	}
	l.fact(&l.row, "ldap.code", strconv.FormatInt(code, 10), from, i)
}

// data states the code after "data" that follows AcceptSecurityContext at i.
// The bind that met it was answered with invalidCredentials (49), which half
// a line may lack.
func (l *ldapReader) data(i int) {
	text := l.row.Text
	near := text[i:min(len(text), i+64)]
	d := foldedIndex(near, "data")
	if d < 0 {
		return
	}
	j := skip(text, i+d+4, " :=")
	end := j
	for end < len(text) && end-j < 8 && isHex(text[end]) {
		end++
	}
	if j == i+d+4 || end == j || end < len(text) && isWord(text[end]) {
		return
	}
	if value := asciiLower(text[j:end]); value != "0" {
		l.fact(&l.row, "ldap.data", value, j, end)
		if l.count("ldap.code") == 0 {
			l.fact(&l.row, "ldap.code", "49", i, end)
		}
	}
}
