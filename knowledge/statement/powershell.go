package statement

import (
	"errors"
	"fmt"
	"slices"
	"strings"
)

// checkPowerShell accepts commands of PowerShell that only read, as words in
// single quotes or none: no variables, script blocks or expressions.
func (t *Template) checkPowerShell(s string) error {
	n := 0
	var words []string
	run := func() error {
		defer func() { words = nil }()
		return powerShellCommand(words)
	}
	for i := 0; i < len(s); {
		c := s[i]
		switch {
		case c == ' ' || c == '\t':
			i++
		case c == '|' || c == ';' || c == '\n':
			if len(words) > 0 || c != '\n' {
				if err := run(); err != nil {
					return err
				}
			}
			i++
		default:
			var b strings.Builder
			start := i
			for i < len(s) && strings.IndexByte(" \t\n|;", s[i]) < 0 {
				switch c := s[i]; {
				case c == mark:
					t.places[n].start = i == start
					t.places[n].end = i+1 == len(s) || strings.IndexByte(" \t\n|;", s[i+1]) >= 0
					if i+1 < len(s) && s[i+1] == mark {
						return errJoined
					}
					n++
					b.WriteByte(c)
					i++
				case c == '\'' && i == start:
					m := strings.IndexByte(s[i+1:], '\'')
					if m < 0 {
						return errors.New("a quote is not closed: close it")
					}
					in := s[i+1 : i+1+m]
					if strings.IndexByte(in, mark) >= 0 {
						return errQuoted
					}
					i += m + 2
					if i < len(s) && strings.IndexByte(" \t\n|;", s[i]) < 0 {
						return errors.New("text touches a quote, which PowerShell takes for another word: quote the whole word")
					}
					b.WriteString(in)
				case strings.IndexByte("'\"$`(){}[]&<>@#!^*", c) >= 0 || c >= 0x80:
					return fmt.Errorf("%q calculates, redirects or expands in PowerShell: write plain words, quoted ones as '…'", rune(c))
				default:
					b.WriteByte(c)
					i++
				}
			}
			words = append(words, b.String())
		}
	}
	if len(words) == 0 {
		return nil
	}
	return run()
}

// powerShellCommand checks one command with its words.
func powerShellCommand(words []string) error {
	if len(words) == 0 {
		return errors.New("a command is missing beside | or ;: write one")
	}
	if slices.Contains(words, "--%") {
		return errors.New("--% hands the rest of the line on unread: remove it")
	}
	name := strings.ToLower(words[0])
	args := words[1:]
	first := ""
	if len(args) > 0 {
		first = strings.ToLower(args[0])
	}
	verb, _, cmdlet := strings.Cut(name, "-")
	sub := func(allowed ...string) error {
		if !slices.Contains(allowed, first) {
			return fmt.Errorf("%s may only run as: %s %s", words[0], words[0], strings.Join(allowed, ", "))
		}
		return nil
	}
	switch name {
	case "nslookup", "ping", "ipconfig", "netstat", "whoami", "hostname", "systeminfo", "klist", "findstr":
		if name == "ipconfig" || name == "klist" || name == "hostname" {
			return sub("", "/all", "tickets")
		}
		return nil
	case "w32tm":
		return sub("/query", "/stripchart", "/tz", "/monitor")
	case "dsregcmd":
		return sub("/status")
	case "certutil":
		return sub("-dump", "-verify", "-store")
	case "invoke-webrequest", "invoke-restmethod":
		return powerShellRequest(words[0], args)
	case "out-string", "where-object", "select-object", "sort-object", "measure-object", "group-object", "convertfrom-json", "convertto-json",
		"format-list", "format-table", "select-string":
		return nil
	}
	for _, w := range [...]string{"secret", "credential", "password", "clipboard"} {
		if strings.Contains(name, w) {
			return fmt.Errorf("%s asks for or shows secrets: remove it", words[0])
		}
	}
	if cmdlet && strings.IndexByte(name, mark) < 0 && (verb == "get" || verb == "test" || verb == "resolve") {
		return nil
	}
	return fmt.Errorf("%s is not among the commands that only read: use Get-, Test- and Resolve- commands, w32tm /query, nslookup and the like", strings.ReplaceAll(words[0], string(mark), "{…}"))
}

// powerShellRequest accepts web requests that only read.
func powerShellRequest(name string, args []string) error {
	for i, a := range args {
		switch o := strings.ToLower(a); {
		case !strings.HasPrefix(o, "-"):
			if strings.Contains(a, "://") && strings.Contains(a, "@") {
				return errUserinfo
			}
		case o == "-uri", o == "-usebasicparsing", o == "-maximumredirection", o == "-timeoutsec", o == "-usedefaultcredentials":
		case o == "-method":
			if i+1 == len(args) || !strings.EqualFold(args[i+1], "get") && !strings.EqualFold(args[i+1], "head") && !strings.EqualFold(args[i+1], "options") {
				return fmt.Errorf("%s -Method changes something: only Get, Head and Options read", name)
			}
		default:
			return fmt.Errorf("%s %s is not among the options that only read: remove it", name, strings.ReplaceAll(a, string(mark), "{…}"))
		}
	}
	return nil
}
