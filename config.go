package main

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"authfix/bot/terminal"
	"authfix/knowledge/strictyaml"
	"authfix/storage"
)

// A reading is one setting as it was read: what it was set to and by what.
type reading struct {
	setting
	text   string
	origin string // of text: default, environment or the name of a file
}

// A scope says which settings a command reads.
type scope int

const (
	// lookups read what bears our name alone: DATABASE_URL and the like may be
	// meant for other programs, and a wrong one is no reason not to answer.
	lookups scope = iota
	everything
)

// readConfig reads what a command needs that only looks things up.
func readConfig(getenv func(string) string, environ []string) (config, error) {
	c, _, err := readSettings(getenv, environ, lookups)
	return c, err
}

// readSettings reads the file that AUTHFIX_CONFIG names and, over it, the
// environment. Every mistake is reported at once; a key of the file, or a
// variable that begins with AUTHFIX_, that is none of ours is one.
func readSettings(getenv func(string) string, environ []string, s scope) (config, []reading, error) {
	r := configReader{getenv: getenv, scope: s, file: getenv("AUTHFIX_CONFIG")}
	if err := r.readFile(); err != nil {
		return r.c, nil, err
	}
	for _, setting := range settings() {
		r.read(setting)
	}
	r.unknown(environ)
	if len(r.mistakes) > 0 {
		slices.Sort(r.mistakes)
		return r.c, r.all, errors.New("configuration:\n" + strings.Join(r.mistakes, "\n"))
	}
	return r.c, r.all, nil
}

type configReader struct {
	getenv   func(string) string
	scope    scope
	file     string
	values   map[string]string // of the file, by key
	lines    strictyaml.Lines
	c        config
	all      []reading
	mistakes []string
}

// readFile reads the keys of the file, if there is one. Their values are checked
// when the environment has had its say.
func (r *configReader) readFile() error {
	if r.file == "" {
		return nil
	}
	data, err := readSmall(r.file)
	if err != nil {
		return fmt.Errorf("AUTHFIX_CONFIG: %w", err)
	}
	if onlyComments(data) {
		return nil
	}
	lines, complaints := strictyaml.Decode(r.file, data, &r.values)
	r.lines = lines
	var known []string
	for _, s := range settings() {
		known = append(known, s.name)
	}
	known = lower(known)
	for key := range r.values {
		if !slices.Contains(known, key) {
			complaints = append(complaints, strictyaml.Complaint{File: r.file, Line: lines.Of(key), Path: key, Message: "unknown key", Do: suggest(key, known)})
		}
	}
	for _, m := range complaints {
		r.mistakes = append(r.mistakes, m.Error())
	}
	return nil
}

// read reads one setting from the environment, else a file that it names, else
// the configuration file, else its default.
func (r *configReader) read(s setting) {
	one := reading{setting: s, text: s.value, origin: "default"}
	where := s.name + ": "
	key := strings.ToLower(s.name)
	if v, ok := r.values[key]; ok {
		one.text, one.origin = v, r.file
		where = fmt.Sprintf("%s:%d: %s: ", r.file, r.lines.Of(key), key)
	}
	if r.scope == everything || strings.HasPrefix(s.name, "AUTHFIX_") {
		value, from := r.getenv(s.name), r.getenv(s.name+"_FILE")
		switch {
		case value != "" && from != "":
			r.mistakes = append(r.mistakes, s.name+" and "+s.name+"_FILE are both set; remove one")
			return
		case from != "":
			data, err := readSmall(from)
			if err != nil {
				r.mistakes = append(r.mistakes, fmt.Sprintf("%s_FILE: %v", s.name, err))
				return
			}
			one.text, one.origin = strings.TrimRight(string(data), "\r\n"), from
			where = s.name + "_FILE (" + from + "): "
		case value != "":
			one.text, one.origin = value, "environment"
			where = s.name + ": "
		}
	}
	r.all = append(r.all, one)
	if one.text == "" {
		return
	}
	if err := s.set(&r.c, one.text); err != nil {
		r.mistakes = append(r.mistakes, where+err.Error())
	}
}

// unknown complains of variables that begin with AUTHFIX_ and are not ours.
func (r *configReader) unknown(environ []string) {
	known := []string{"AUTHFIX_CONFIG"}
	for _, s := range settings() {
		if strings.HasPrefix(s.name, "AUTHFIX_") {
			known = append(known, s.name)
		}
	}
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		if value == "" || !strings.HasPrefix(name, "AUTHFIX_") || slices.Contains(known, strings.TrimSuffix(name, "_FILE")) || serviceLink(name) {
			continue
		}
		low, file := strings.CutSuffix(strings.ToLower(name), "_file")
		advice := suggest(low, lower(known))
		if words, key, ok := strings.Cut(advice, "authfix_"); ok {
			advice = words + strings.ToUpper("authfix_"+key)
			if file {
				advice = strings.TrimSuffix(advice, "?") + "_FILE?"
			}
		}
		r.mistakes = append(r.mistakes, name+": unknown setting; "+advice)
	}
}

func lower(names []string) []string {
	var all []string
	for _, n := range names {
		all = append(all, strings.ToLower(n))
	}
	return all
}

// suggest names the setting that was meant, or where they all are listed.
func suggest(wrong string, known []string) string {
	if advice := strictyaml.Suggest(wrong, known); strings.HasPrefix(advice, "did you mean") {
		return advice
	}
	return "authfix config --docs lists those there are"
}

// serviceLink reports whether a variable is one of those that Kubernetes sets in
// every container for a Service called authfix, such as AUTHFIX_SERVICE_HOST and
// AUTHFIX_PORT_8080_TCP.
// https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
func serviceLink(name string) bool {
	return strings.HasPrefix(name, "AUTHFIX_SERVICE_") || name == "AUTHFIX_PORT" || strings.HasPrefix(name, "AUTHFIX_PORT_")
}

// readSmall reads a file that can be no larger than a configuration is.
func readSmall(name string) ([]byte, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, strictyaml.MaxSize+1))
	if err == nil && len(data) > strictyaml.MaxSize {
		err = fmt.Errorf("%s has more than %d bytes", name, strictyaml.MaxSize)
	}
	return data, err
}

// onlyComments reports whether a file sets nothing.
func onlyComments(data []byte) bool {
	for line := range bytes.Lines(data) {
		if line = bytes.TrimSpace(line); len(line) > 0 && line[0] != '#' {
			return false
		}
	}
	return true
}

// config reads everything that can be set.
func (p *program) config() (config, error) {
	c, _, err := readSettings(os.Getenv, os.Environ(), everything)
	return c, err
}

type configCommand struct {
	Docs   bool `help:"Print the reference of all settings instead." xor:"what"`
	NewKey bool `help:"Print a new key for AUTHFIX_SECRET_KEY instead." xor:"what"`
}

const configIntroduction = `Settings are read from the environment and, below it, from the YAML file that AUTHFIX_CONFIG names.
Every setting can also be read from a file: NAME_FILE names it. Durations are such as 90m, 12h or 30d.
`

// Run prints NAME=VALUE lines with where each value came from.
func (c *configCommand) Run(p *program) error {
	if c.NewKey {
		fmt.Fprintln(p.stdout, storage.NewKey())
		return nil
	}
	if c.Docs {
		fmt.Fprint(p.stdout, configIntroduction)
		for _, s := range settings() {
			fmt.Fprintf(p.stdout, "\n%s  (YAML: %s)\n", s.name, strings.ToLower(s.name))
			for line := range strings.SplitSeq(s.doc, "\n") {
				fmt.Fprintf(p.stdout, "    %s\n", line)
			}
			if s.value != "" {
				fmt.Fprintf(p.stdout, "    Default: %s\n", s.value)
			}
		}
		return nil
	}
	_, all, err := readSettings(os.Getenv, os.Environ(), everything)
	if err != nil {
		return err
	}
	for _, r := range all {
		value := r.text
		if r.show != nil {
			value = r.show(value)
		}
		if r.secret && value != "" {
			value = "(hidden)"
		}
		fmt.Fprintf(p.stdout, "%s=%s  # %s\n", r.name, terminal.Plain(value), terminal.Plain(r.origin))
	}
	return nil
}
