// Package statement checks and fills in the diagnosis statements of failure
// modes: SQL for four databases, shell, curl and JQL.
//
// A statement can only read, by construction: [Parse] accepts what it knows to
// read and refuses everything else, and [Template.Render] inserts each value
// as one literal of the language, which holds exactly that value.
package statement

import (
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"
)

// maxTemplate is how many bytes a statement may have.
const maxTemplate = 8 << 10

// mark stands for a parameter while a statement is read. No statement holds it
// otherwise: control characters are refused.
const mark = '\x00'

// A Template is a checked statement. It is immutable and safe for concurrent
// use.
type Template struct {
	dialect string
	text    []string // what stands between the parameters: one more than places
	places  []place
}

// A place is where a parameter stands.
type place struct {
	name       string
	role       role
	start, end bool // whether a word of the shell begins, ends with it
	next       byte // the byte behind it, or 0
}

// A role is what a parameter's place asks of its value.
type role uint8

const (
	plainRole role = iota // a literal, or (part of) a word
	baseRole              // the beginning of a URL
	hostRole              // the host of a URL
	portRole              // the port of a URL
	pathRole              // a segment of a URL's path
	queryRole             // a value in a URL's query or in form data
)

// dialects are the dialects of each language.
var dialects = map[string][]string{
	"sql":   {"postgres", "mysql", "oracle", "mssql"},
	"shell": {"posix", "powershell"},
	"http":  {"curl"},
	"jql":   {"jira"},
}

// Parse checks a statement. {name} is a parameter, {{ and }} are braces. The
// error is one sentence that says what is wrong and what to write instead:
//
//	sql    one SELECT, or WITH … SELECT, of known functions; no second
//	       statement, no INTO, no lock, no *; a column that holds a secret only
//	       as a prefix of at most 8 characters
//	shell  known commands in their reading forms, joined by | && || ; or line
//	       breaks; no substitution, no redirection into a file
//	http   the same, each pipeline beginning with curl: GET and HEAD, no secret
//	       on the command line or in the URL, certificates checked
//	jql    one query
//
// A parameter stands outside quotes: the literal brings its own.
func Parse(language, dialect, text string) (*Template, error) {
	known, ok := dialects[language]
	if !ok {
		return nil, fmt.Errorf("language %q is unknown: write sql, shell, http or jql", language)
	}
	if !slices.Contains(known, dialect) {
		return nil, fmt.Errorf("dialect %q is unknown in %s: write %s", dialect, language, strings.Join(known, ", "))
	}
	text = strings.TrimSpace(text)
	switch {
	case text == "":
		return nil, fmt.Errorf("the statement is empty: write one, or set language: none")
	case len(text) > maxTemplate:
		return nil, fmt.Errorf("the statement has %d bytes: at most %d are allowed", len(text), maxTemplate)
	case !utf8.ValidString(text):
		return nil, fmt.Errorf("the statement is not UTF-8: save the file as UTF-8")
	}
	for _, r := range text {
		if r < ' ' && r != '\n' && r != '\t' || unprintable(r) {
			return nil, fmt.Errorf("the statement holds the control character %U: remove it", r)
		}
	}
	t := &Template{dialect: dialect}
	if err := t.split(text); err != nil {
		return nil, err
	}
	src := strings.Join(t.text, string(mark))
	var err error
	switch language {
	case "sql":
		err = checkSQL(dialect, src)
	case "jql":
		err = checkJQL(src)
	default:
		if dialect == "powershell" {
			err = t.checkPowerShell(src)
		} else {
			err = t.checkShell(src, language == "http")
		}
	}
	if err != nil {
		return nil, err
	}
	return t, nil
}

// split takes the parameters out of the text.
func (t *Template) split(text string) error {
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		c := text[i]
		switch {
		case c != '{' && c != '}':
			b.WriteByte(c)
		case i+1 < len(text) && text[i+1] == c:
			b.WriteByte(c)
			i++
		case c == '}':
			return fmt.Errorf("a single } stands in the statement: write }} for a brace")
		default:
			n := strings.IndexByte(text[i:], '}')
			if n < 0 || !parameterName(text[i+1:i+n]) {
				return fmt.Errorf("a single { does not begin a parameter: write {name} with small letters, digits and _, or {{ for a brace")
			}
			p := place{name: text[i+1 : i+n]}
			if i+n+1 < len(text) {
				p.next = text[i+n+1]
			}
			t.text = append(t.text, b.String())
			t.places = append(t.places, p)
			b.Reset()
			i += n
		}
	}
	t.text = append(t.text, b.String())
	return nil
}

func parameterName(s string) bool {
	if s == "" || len(s) > 64 || s[0] < 'a' || s[0] > 'z' {
		return false
	}
	for _, c := range []byte(s) {
		if c != '_' && (c < 'a' || c > 'z') && (c < '0' || c > '9') {
			return false
		}
	}
	return true
}

// Names returns the parameters of the statement, each once, in order of
// appearance.
func (t *Template) Names() []string {
	names := make([]string, 0, len(t.places))
	for _, p := range t.places {
		if !slices.Contains(names, p.name) {
			names = append(names, p.name)
		}
	}
	return names
}

// Render fills the statement in. It fails when a value is missing, when
// [Check] refuses it, or when the dialect has no safe way to write it; the
// error names the parameter and never shows the value.
func (t *Template) Render(values map[string]Value) (string, error) {
	var b strings.Builder
	b.WriteString(t.text[0])
	for i, p := range t.places {
		v, ok := values[p.name]
		if !ok {
			return "", fmt.Errorf("parameter %s has no value: give one", p.name)
		}
		if err := Check(v); err != nil {
			return "", fmt.Errorf("parameter %s: %w", p.name, err)
		}
		s, err := t.literal(p, v)
		if err != nil {
			return "", fmt.Errorf("parameter %s: %w", p.name, err)
		}
		b.WriteString(s)
		b.WriteString(t.text[i+1])
	}
	return b.String(), nil
}

// literal writes a checked value so that the dialect reads exactly it.
func (t *Template) literal(p place, v Value) (string, error) {
	switch t.dialect {
	case "postgres", "mysql", "oracle", "mssql":
		return sqlLiteral(t.dialect, v)
	case "jira":
		return jqlLiteral(v), nil
	case "powershell":
		return powerShellWord(p, v)
	}
	return shellWord(p, v)
}
