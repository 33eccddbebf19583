package main

import (
	"errors"
	"fmt"

	"authfix/bot/slack"
)

type manifestCommand struct {
	Slack manifestSlackCommand `cmd:"" help:"Print the manifest of the Slack app, to be pasted at https://api.slack.com/apps."`
}

type manifestSlackCommand struct {
	HTTP   string `name:"http" help:"Slack calls this address: AUTHFIX_PUBLIC_URL of serve. The app can be installed in many workspaces." placeholder:"URL" xor:"transport"`
	Socket bool   `help:"Serve opens a connection to Slack, for one workspace (default)." xor:"transport"`
	One    bool   `name:"one-workspace" help:"With --http: for the one workspace whose SLACK_BOT_TOKEN is set, without OAuth and token rotation."`
}

// Help is printed below the synopsis of authfix manifest slack --help.
func (manifestSlackCommand) Help() string {
	return `docs/slack.md leads from here to the first answer, and says what each scope is for.

    authfix manifest slack > manifest.yaml
    authfix manifest slack --http https://authfix.example.com`
}

func (c *manifestSlackCommand) Run(p *program) error {
	if c.One && c.HTTP == "" {
		return errors.New("--one-workspace goes with --http; Socket Mode is for one workspace anyway")
	}
	text, err := slack.Manifest{URL: c.HTTP, OneWorkspace: c.One}.YAML()
	if err != nil {
		return fmt.Errorf("--http: %w", err)
	}
	fmt.Fprint(p.stdout, text)
	return nil
}
