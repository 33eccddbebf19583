package statement

import (
	"fmt"
	"strings"
)

// sqlLiteral writes a value as a literal of a database.
func sqlLiteral(dialect string, v Value) (string, error) {
	if v.Type == "int" {
		if v.Text[0] == '-' {
			return "(" + v.Text + ")", nil // two hyphens would begin a comment
		}
		return v.Text, nil
	}
	s := strings.ReplaceAll(v.Text, "'", "''")
	switch dialect {
	case "postgres":
		// A plain literal takes a backslash as it is unless an old server has
		// standard_conforming_strings off; E'…' means the same in both
		// (PostgreSQL 15 manual, 4.1.2.2).
		if strings.Contains(s, `\`) {
			return "E'" + strings.ReplaceAll(s, `\`, `\\`) + "'", nil
		}
	case "mysql":
		// Whether a backslash escapes depends on NO_BACKSLASH_ESCAPES, which
		// cannot be seen from here.
		if strings.Contains(s, `\`) {
			return "", fmt.Errorf("MySQL reads a backslash by the server's settings: leave the part with it out and use LIKE by hand")
		}
	case "oracle":
		// SQL*Plus takes & for a substitution variable, inside literals too.
		if strings.Contains(s, "&") {
			return "('" + strings.ReplaceAll(s, "&", "' || CHR(38) || '") + "')", nil
		}
	case "mssql":
		prefix := ""
		if !ascii(s) {
			prefix = "N" // without it the text passes through the database's code page
		}
		// sqlcmd replaces $(name), inside literals too.
		if strings.Contains(s, "$(") {
			return "(" + prefix + "'" + strings.ReplaceAll(s, "$(", "$' + "+prefix+"'(") + "')", nil
		}
		return prefix + "'" + s + "'", nil
	}
	return "'" + s + "'", nil
}

func ascii(s string) bool {
	for i := 0; i < len(s); i++ {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// jqlLiteral writes a value as a string of JQL, in which \ and " are escaped.
func jqlLiteral(v Value) string {
	if v.Type == "int" {
		return v.Text
	}
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`).Replace(v.Text) + `"`
}

// shellWord writes a value as (a part of) one word of a POSIX shell.
func shellWord(p place, v Value) (string, error) {
	s := v.Text
	switch p.role {
	case baseRole:
		if v.Type != "url" && v.Type != "host" {
			return "", fmt.Errorf("a URL begins with it: its type must be url or host")
		}
		if p.next == ':' && v.Type == "url" {
			return "", fmt.Errorf("the statement adds a port to it: its type must be host")
		}
		if p.next == '/' || p.next == '?' {
			if strings.ContainsAny(s, "?#") {
				return "", fmt.Errorf("the statement adds a path to the URL, which has a query: give the base URL alone")
			}
			s = strings.TrimRight(s, "/")
		}
	case hostRole:
		if v.Type != "host" {
			return "", fmt.Errorf("it is the host of a URL: its type must be host")
		}
	case portRole:
		if !port(s) {
			return "", fmt.Errorf("it is the port of a URL: it must be a number from 1 to 65535")
		}
	case pathRole:
		if s == "." || s == ".." {
			return "", fmt.Errorf("it is a part of a URL's path, where . and .. mean another place: give a name")
		}
		s = percent(s)
	case queryRole:
		s = percent(s)
	}
	if v.Type == "host" && strings.Contains(s, ":") && (p.role == hostRole || p.role == baseRole || p.next == ':') {
		s = "[" + s + "]"
	}
	if p.start && (s[0] == '-' || s[0] == '@') {
		return "", fmt.Errorf("it begins with %c, which the command takes for an option or a file: leave it out", s[0])
	}
	if bare(s) {
		return s, nil
	}
	return "'" + strings.ReplaceAll(s, "'", `'\''`) + "'", nil
}

// percent encodes everything but the unreserved characters of RFC 3986
// section 2.3.
func percent(s string) string {
	const hex = "0123456789ABCDEF"
	b := make([]byte, 0, len(s)*3)
	for i := 0; i < len(s); i++ {
		if c := s[i]; alnum(c) || c == '-' || c == '.' || c == '_' || c == '~' {
			b = append(b, c)
		} else {
			b = append(b, '%', hex[c>>4], hex[c&15])
		}
	}
	return string(b)
}

// bare reports whether a shell, POSIX or PowerShell, takes s as it is.
func bare(s string) bool {
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case alnum(c):
		case i > 0 && (c == '.' || c == '_' || c == '-' || c == '/' || c == ':' || c == '%'):
		default:
			return false
		}
	}
	return true
}

// powerShellWord writes a value as a word of PowerShell. Inside single quotes
// only the quote itself is special, in all the shapes that PowerShell takes
// for one.
func powerShellWord(p place, v Value) (string, error) {
	s := v.Text
	switch {
	case strings.Contains(s, `"`), strings.HasSuffix(s, `\`):
		return "", fmt.Errorf("PowerShell hands double quotes and final backslashes to programs unreliably: leave it out")
	case p.start && (s[0] == '-' || s[0] == '/'):
		return "", fmt.Errorf("it begins with %c, which the command takes for an option: leave it out", s[0])
	case bare(s) && !digits(s[:1]) && !strings.Contains(s, "%"), v.Type == "int", v.Type == "host" && !strings.Contains(s, ":"):
		return s, nil
	case !p.start || !p.end:
		return "", fmt.Errorf("it is a part of a word, where PowerShell has no quotes: it may only hold letters, digits, . _ and -")
	}
	var b strings.Builder
	b.WriteByte('\'')
	for _, r := range s {
		if powerShellQuote(r) {
			b.WriteRune(r)
		}
		b.WriteRune(r)
	}
	b.WriteByte('\'')
	return b.String(), nil
}

// powerShellQuote reports whether PowerShell takes r for a single quote.
func powerShellQuote(r rune) bool { return r == '\'' || r >= 0x2018 && r <= 0x201b }
