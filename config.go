package main

import (
	"fmt"
	"os"
	"sort"
	"strings"

	"authfix/knowledge/strictyaml"
)

// config is everything that can be set, from the file named by AUTHFIX_CONFIG
// and from the environment, which wins.
type config struct {
	FailureModes string `yaml:"authfix_failure_modes" env:"AUTHFIX_FAILURE_MODES" doc:"A folder of a team's own failure modes (YAML); they lie over the built-in ones, and the same id replaces."`

	file    string
	origins map[string]string
}

// A setting is one key as the reference and the effective configuration show it.
type setting struct {
	env, key, doc string
	value         *string
	secret        bool
}

func (c *config) settings() []setting {
	return []setting{
		{env: "AUTHFIX_FAILURE_MODES", key: "authfix_failure_modes", value: &c.FailureModes,
			doc: "A folder of a team's own failure modes (YAML). They lie over the built-in ones; the same id replaces."},
	}
}

// readConfig reads the file and the environment. Every mistake is reported at
// once; a variable that begins with AUTHFIX_ and is none of ours is one.
func readConfig(getenv func(string) string, environ []string) (config, error) {
	c := config{origins: map[string]string{}}
	var mistakes []string
	if c.file = getenv("AUTHFIX_CONFIG"); c.file != "" {
		data, err := os.ReadFile(c.file)
		if err != nil {
			return c, fmt.Errorf("AUTHFIX_CONFIG: %w", err)
		}
		_, complaints := strictyaml.Decode(c.file, data, &c)
		for _, m := range complaints {
			mistakes = append(mistakes, m.Error())
		}
		for _, s := range c.settings() {
			if *s.value != "" {
				c.origins[s.env] = c.file
			}
		}
	}
	known := []string{"AUTHFIX_CONFIG"}
	for _, s := range c.settings() {
		known = append(known, s.env, s.env+"_FILE")
		value := getenv(s.env)
		if from := getenv(s.env + "_FILE"); from != "" {
			if value != "" {
				mistakes = append(mistakes, s.env+" and "+s.env+"_FILE are both set; remove one")
				continue
			}
			data, err := os.ReadFile(from)
			if err != nil {
				mistakes = append(mistakes, fmt.Sprintf("%s_FILE: %v", s.env, err))
				continue
			}
			value = strings.TrimRight(string(data), "\r\n")
		}
		if value != "" {
			*s.value = value
			c.origins[s.env] = "environment"
		}
	}
	for _, e := range environ {
		name, _, _ := strings.Cut(e, "=")
		if strings.HasPrefix(name, "AUTHFIX_") && !contains(known, name) {
			mistakes = append(mistakes, name+": unknown; "+strictyaml.Suggest(name, known))
		}
	}
	if len(mistakes) > 0 {
		sort.Strings(mistakes)
		return c, fmt.Errorf("configuration:\n%s", strings.Join(mistakes, "\n"))
	}
	return c, nil
}

func contains(list []string, s string) bool {
	for _, have := range list {
		if have == s {
			return true
		}
	}
	return false
}

type configCommand struct {
	Docs bool `help:"Print the reference of all settings instead."`
}

func (c *configCommand) Run(p *program) error {
	if c.Docs {
		fmt.Fprintln(p.stdout, "Settings are read from the environment and, below it, from the YAML file that AUTHFIX_CONFIG names.\nEvery setting can also be read from a file: NAME_FILE names it.")
	}
	for _, s := range p.config.settings() {
		if c.Docs {
			fmt.Fprintf(p.stdout, "\n%s  (YAML: %s)\n    %s\n", s.env, s.key, s.doc)
			continue
		}
		origin, value := p.config.origins[s.env], *s.value
		if origin == "" {
			origin = "default"
		}
		if s.secret && value != "" {
			value = "(hidden)"
		}
		fmt.Fprintf(p.stdout, "%s=%s  # %s\n", s.env, value, origin)
	}
	return nil
}
