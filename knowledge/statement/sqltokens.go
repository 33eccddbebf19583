package statement

import (
	"errors"
	"fmt"
	"strings"
	"unicode/utf8"
)

var (
	errQuoted = errors.New("a parameter stands inside quotes or a comment: write {name} without quotes, the literal brings its own")
	errJoined = errors.New("a parameter touches a word, a quote or another parameter: put a blank or an operator between them")
)

// A sqlToken is one token of SQL.
type sqlToken struct {
	kind sqlKind
	text string // names without their quotes, keywords in upper case
}

type sqlKind uint8

const (
	wordToken   sqlKind = iota // a keyword or a bare name, in upper case
	quotedToken                // a quoted name
	stringToken
	numberToken
	markToken // a parameter
	signToken // one byte of an operator or punctuation
)

// sqlTokens splits a statement. It refuses what clients treat on their own
// account (psql's backslash, sqlcmd's $( and !!, SQL*Plus's & and blank lines)
// and what settings of the server may read in two ways.
func sqlTokens(dialect, s string) ([]sqlToken, error) {
	var out []sqlToken
	if dialect == "oracle" {
		for line := range strings.Lines(s) {
			if l := strings.TrimSpace(line); l == "" || l == "/" || l == "." {
				return nil, errors.New("a line holds nothing, / or ., by which SQL*Plus ends a statement: remove the line")
			}
		}
		if strings.Contains(s, "&") {
			return nil, errors.New("SQL*Plus takes & for a variable: write CHR(38)")
		}
	}
	if dialect == "mssql" && strings.Contains(s, "$(") {
		return nil, errors.New("sqlcmd takes $( for a variable: split the text between $ and (")
	}
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\t' || c == '\n':
			i++
		case c == mark:
			if i > 0 && touches(s[i-1]) || i+1 < len(s) && touches(s[i+1]) {
				return nil, errJoined
			}
			out = append(out, sqlToken{markToken, ""})
			i++
		case c == '\'' || c == '"' || c == '`' || c == '[':
			t, n, err := sqlQuoted(dialect, s[i:])
			if err != nil {
				return nil, err
			}
			out = append(out, t)
			i += n
		case strings.HasPrefix(s[i:], "--"), strings.HasPrefix(s[i:], "/*"), c == '#':
			n, err := sqlComment(dialect, s[i:])
			if err != nil {
				return nil, err
			}
			i += n
		case '0' <= c && c <= '9':
			j := i
			for j < len(s) && (s[j] >= '0' && s[j] <= '9' || s[j] == '.') {
				j++
			}
			if j < len(s) && wordByte(s[j]) {
				return nil, errors.New("a number runs into a word, where some databases begin a new one: put a blank between them")
			}
			out = append(out, sqlToken{numberToken, s[i:j]})
			i = j
		case alnum(c) || c == '_':
			j := i
			for j < len(s) && (alnum(s[j]) || s[j] == '_' || s[j] == '$' || s[j] == '#' && (dialect == "oracle" || dialect == "mssql")) {
				j++
			}
			if j < len(s) && s[j] == '\'' || j+1 < len(s) && s[j:j+2] == "&'" {
				return nil, fmt.Errorf("a literal has the prefix %s: write a plain '…' literal", s[i:j])
			}
			out = append(out, sqlToken{wordToken, strings.ToUpper(s[i:j])})
			i = j
		case c == ':' && strings.HasPrefix(s[i:], "::") && dialect == "postgres":
			out = append(out, sqlToken{signToken, ":"})
			i += 2
		case strings.IndexByte("()*,.;=<>+-/%|!", c) >= 0:
			if c == '!' && (i+1 >= len(s) || s[i+1] != '=') {
				return nil, errors.New("a ! stands alone, which clients take for a command: write != or NOT")
			}
			out = append(out, sqlToken{signToken, string(c)})
			i++
		default:
			r, _ := utf8.DecodeRuneInString(s[i:])
			return nil, fmt.Errorf("the character %q outside quotes is read differently by clients and settings: leave it out, or quote the name", r)
		}
	}
	return out, nil
}

// sqlQuoted reads a string or quoted name at the start of s.
func sqlQuoted(dialect, s string) (sqlToken, int, error) {
	c := s[0]
	end := c
	switch {
	case c == '[' && dialect == "mssql":
		end = ']'
	case c == '[', c == '`' && dialect != "mysql":
		return sqlToken{}, 0, fmt.Errorf("%q does not quote names in %s: write %s", c, dialect, map[string]string{"mssql": "[name]", "mysql": "`name`"}[dialect]+`"name"`)
	case c == '"' && dialect == "mysql":
		return sqlToken{}, 0, errors.New("\"…\" is a string or a name in MySQL, by its settings: write '…' or `…`")
	}
	for i := 1; i < len(s); i++ {
		switch {
		case s[i] == mark:
			return sqlToken{}, 0, errQuoted
		case s[i] == '\\' && c == '\'' && dialect == "mysql":
			return sqlToken{}, 0, errors.New("MySQL reads a backslash in a string by its settings: leave it out")
		case s[i] == '\n':
			return sqlToken{}, 0, errors.New("a quote is not closed on its line: close it")
		case s[i] == end && i+1 < len(s) && s[i+1] == end:
			i++
		case s[i] == end:
			kind := quotedToken
			if c == '\'' {
				kind = stringToken
			}
			return sqlToken{kind, s[1:i]}, i + 1, nil
		}
	}
	return sqlToken{}, 0, errors.New("a quote is not closed: close it")
}

// sqlComment passes over a comment at the start of s.
func sqlComment(dialect, s string) (int, error) {
	n := 0
	switch {
	case s[0] == '#':
		return 0, errors.New("# begins a comment in MySQL only: write -- and a blank")
	case s[0] == '-':
		if len(s) < 3 || s[2] != ' ' {
			return 0, errors.New("-- without a blank behind it is no comment in MySQL: add the blank")
		}
		if n = strings.IndexByte(s, '\n'); n < 0 {
			n = len(s)
		}
	default:
		if len(s) > 2 && (s[2] == '!' || s[2] == '+' || s[2] == 'M') {
			return 0, errors.New("a comment that begins /*! /*M or /*+ is run by the server: remove it")
		}
		e := strings.Index(s[2:], "*/")
		if e < 0 {
			return 0, errors.New("a comment is not closed: close it with */")
		}
		if strings.Contains(s[2:2+e], "/*") {
			return 0, errors.New("a comment stands inside a comment, which databases read differently: remove one")
		}
		n = e + 4
	}
	if strings.IndexByte(s[:n], mark) >= 0 {
		return 0, errQuoted
	}
	if dialect == "oracle" && strings.Contains(s[:n], ";") {
		return 0, errors.New("SQL*Plus may end the statement at a ; in a comment: remove it")
	}
	return n, nil
}

// touches reports whether a byte beside a parameter would change how its
// literal is read.
func touches(c byte) bool {
	return wordByte(c) || strings.IndexByte("'\"`[]&@.\x00", c) >= 0
}
