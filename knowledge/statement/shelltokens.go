package statement

import (
	"errors"
	"fmt"
	"strings"
)

// A shellToken is one word of a command, its quotes removed. Its text
// holds a mark for each parameter.
type shellToken struct {
	text  string
	marks []int // the parameters in it, as indexes of Template.places
	bare  bool  // no part of it was quoted
}

// A command is one simple command with its words.
type command struct {
	words []shellToken
	piped bool // whether it reads what another prints
}

// shellCommands splits a statement of a POSIX shell into its commands. It
// knows quotes, pipes and lists; it refuses whatever starts other programs,
// writes files or expands variables.
func (t *Template) shellCommands(s string) ([]command, error) {
	var out []command
	var cur command
	n := 0 // the next parameter
	flush := func(piped bool) error {
		if len(cur.words) == 0 {
			return errors.New("a command is missing beside | && || or ;: write one")
		}
		out = append(out, cur)
		cur = command{piped: piped}
		return nil
	}
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\t':
			i++
		case c == '\\' && i+1 < len(s) && s[i+1] == '\n': // a line goes on
			i += 2
		case c == '\n' || c == ';':
			i++
			if len(cur.words) == 0 && c == '\n' {
				continue
			}
			if strings.TrimSpace(s[i:]) == "" {
				continue
			}
			if err := flush(false); err != nil {
				return nil, err
			}
		case c == '|' || c == '&':
			double := i+1 < len(s) && s[i+1] == c
			if c == '&' && !double {
				return nil, errors.New("& runs a command in the background: remove it")
			}
			if err := flush(c == '|' && !double); err != nil {
				return nil, err
			}
			i++
			if double {
				i++
			}
		case c == '<' || c == '>' || (c == '1' || c == '2') && i+1 < len(s) && s[i+1] == '>':
			m, err := redirection(s[i:])
			if err != nil {
				return nil, err
			}
			i += m
		default:
			w, m, err := t.shellWordAt(s[i:], &n)
			if err != nil {
				return nil, err
			}
			cur.words = append(cur.words, w)
			i += m
		}
	}
	if err := flush(false); err != nil {
		return nil, err
	}
	return out, nil
}

// redirection reads the few that lose nothing: to and from /dev/null, and the
// error output into the output.
func redirection(s string) (int, error) {
	for _, r := range [...]string{"2>/dev/null", "2> /dev/null", "1>/dev/null", ">/dev/null", "> /dev/null", "</dev/null", "< /dev/null", "2>&1", "1>&2", ">&2"} {
		if strings.HasPrefix(s, r) && (len(s) == len(r) || strings.IndexByte(" \t\n;|", s[len(r)]) >= 0) {
			return len(r), nil
		}
	}
	return 0, errors.New("a redirection goes to a file: only /dev/null, 2>&1 and </dev/null are allowed")
}

// shellWordAt reads the word at the start of s and notes where its parameters
// stand.
func (t *Template) shellWordAt(s string, n *int) (shellToken, int, error) {
	var b strings.Builder
	w := shellToken{bare: true}
	i := 0
	for i < len(s) && strings.IndexByte(" \t\n;|&<>", s[i]) < 0 {
		switch c := s[i]; c {
		case mark:
			t.places[*n].start = i == 0
			t.places[*n].end = i+1 == len(s) || strings.IndexByte(" \t\n;|", s[i+1]) >= 0
			if i+1 < len(s) && s[i+1] == mark {
				return w, 0, errJoined
			}
			w.marks = append(w.marks, *n)
			*n++
			b.WriteByte(c)
			i++
		case '\'', '"':
			w.bare = false
			m := strings.IndexByte(s[i+1:], c)
			if m < 0 {
				return w, 0, errors.New("a quote is not closed: close it")
			}
			in := s[i+1 : i+1+m]
			if strings.IndexByte(in, mark) >= 0 {
				return w, 0, errQuoted
			}
			if c == '"' && strings.ContainsAny(in, "$`\\!") {
				return w, 0, errors.New("double quotes hold $ ` \\ or !, which the shell replaces: use single quotes")
			}
			b.WriteString(in)
			i += m + 2
		case '$', '`':
			return w, 0, errors.New("$ and ` run commands or show variables: write the text itself, in single quotes")
		case '(', ')', '{', '}':
			return w, 0, fmt.Errorf("%c groups or expands: write plain commands, and quote the text", c)
		case '!', '\\':
			return w, 0, fmt.Errorf("%c outside quotes is read differently by shells: use single quotes", c)
		case '#':
			if i == 0 {
				return w, 0, errors.New("# begins a comment: put it into the text of the check")
			}
			b.WriteByte(c)
			i++
		default:
			b.WriteByte(c)
			i++
		}
	}
	w.text = b.String()
	return w, i, nil
}
