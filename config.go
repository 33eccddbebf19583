package main

import (
	"errors"
	"fmt"
	"os"
	"reflect"
	"slices"
	"strings"

	"authfix/bot/terminal"
	"authfix/knowledge/strictyaml"
)

// config is everything that can be set. A field is a setting: its yaml tag is
// the key in the file that AUTHFIX_CONFIG names, the same in capitals is the
// variable of the environment, and NAME_FILE names a file that holds the value.
// The tag doc is its reference; secret:"yes" hides its value.
type config struct {
	FailureModes string `yaml:"authfix_failure_modes" doc:"A folder of a team's own failure modes (YAML). They lie over the built-in ones; the same id replaces."`
}

// A setting is one field of config and where its value came from.
type setting struct {
	env, key, doc string
	secret        bool
	origin        string // "" for the default
	value         reflect.Value
}

func (c *config) settings() []setting {
	v := reflect.ValueOf(c).Elem()
	var all []setting
	for i := range v.NumField() {
		tag := v.Type().Field(i).Tag
		key := tag.Get("yaml")
		all = append(all, setting{env: strings.ToUpper(key), key: key, doc: tag.Get("doc"), secret: tag.Get("secret") == "yes", value: v.Field(i)})
	}
	return all
}

// readConfig reads the file and, over it, the environment.
func readConfig(getenv func(string) string, environ []string) (config, error) {
	var c config
	_, err := c.read(getenv, environ)
	return c, err
}

// read sets the fields of c and returns them with their origins. Every mistake
// is reported at once; a variable that begins with AUTHFIX_ and is none of ours
// is one.
func (c *config) read(getenv func(string) string, environ []string) ([]setting, error) {
	var mistakes []string
	file := getenv("AUTHFIX_CONFIG")
	if file != "" {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, fmt.Errorf("AUTHFIX_CONFIG: %w", err)
		}
		_, complaints := strictyaml.Decode(file, data, c)
		for _, m := range complaints {
			mistakes = append(mistakes, m.Error())
		}
	}
	all := c.settings()
	known := []string{"authfix_config"}
	for i := range all {
		s := &all[i]
		known = append(known, s.key, s.key+"_file")
		if s.value.String() != "" {
			s.origin = file
		}
		value, from := getenv(s.env), getenv(s.env+"_FILE")
		origin := "environment"
		switch {
		case value != "" && from != "":
			mistakes = append(mistakes, s.env+" and "+s.env+"_FILE are both set; remove one")
			continue
		case from != "":
			data, err := os.ReadFile(from)
			if err != nil {
				mistakes = append(mistakes, fmt.Sprintf("%s_FILE: %v", s.env, err))
				continue
			}
			value, origin = strings.TrimRight(string(data), "\r\n"), from
		}
		if value != "" {
			s.value.SetString(value)
			s.origin = origin
		}
	}
	for _, e := range environ {
		name, value, _ := strings.Cut(e, "=")
		if value != "" && strings.HasPrefix(name, "AUTHFIX_") && !slices.Contains(known, strings.ToLower(name)) && !serviceLink(name) {
			words, names, _ := strings.Cut(strictyaml.Suggest(name, known), "authfix_")
			mistakes = append(mistakes, name+": unknown setting; "+words+strings.ToUpper("authfix_"+names))
		}
	}
	if len(mistakes) > 0 {
		slices.Sort(mistakes)
		return all, errors.New("configuration:\n" + strings.Join(mistakes, "\n"))
	}
	return all, nil
}

// serviceLink reports whether a variable is one of those that Kubernetes sets in
// every container for a Service called authfix, such as AUTHFIX_SERVICE_HOST and
// AUTHFIX_PORT_8080_TCP.
// https://kubernetes.io/docs/concepts/services-networking/service/#environment-variables
func serviceLink(name string) bool {
	return strings.HasPrefix(name, "AUTHFIX_SERVICE_") || name == "AUTHFIX_PORT" || strings.HasPrefix(name, "AUTHFIX_PORT_")
}

type configCommand struct {
	Docs bool `help:"Print the reference of all settings instead."`
}

const configIntroduction = `Settings are read from the environment and, below it, from the YAML file that AUTHFIX_CONFIG names.
Every setting can also be read from a file: NAME_FILE names it.
`

// Run prints NAME=VALUE lines with where each value came from.
func (c *configCommand) Run(p *program) error {
	var settings config
	all, err := settings.read(os.Getenv, os.Environ())
	if c.Docs {
		fmt.Fprint(p.stdout, configIntroduction)
		for _, s := range settings.settings() {
			fmt.Fprintf(p.stdout, "\n%s  (YAML: %s)\n    %s\n", s.env, s.key, s.doc)
		}
		return nil
	}
	if err != nil {
		return err
	}
	for _, s := range all {
		value, origin := s.value.String(), s.origin
		if origin == "" {
			origin = "default"
		}
		if s.secret && value != "" {
			value = "(hidden)"
		}
		fmt.Fprintf(p.stdout, "%s=%s  # %s\n", s.env, terminal.Plain(value), terminal.Plain(origin))
	}
	return nil
}
