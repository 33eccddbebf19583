package main

import (
	"errors"
	"fmt"

	"authfix/bot/discord"
	"authfix/bot/slack"
)

type manifestCommand struct {
	Slack   manifestSlackCommand   `cmd:"" help:"Print the manifest of the Slack app, to be pasted at https://api.slack.com/apps."`
	Discord manifestDiscordCommand `cmd:"" help:"Print the link that adds the Discord bot to a server, and what is to be set of its application."`
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

type manifestDiscordCommand struct {
	ClientID string `name:"client-id" help:"The Application ID; without it, that of DISCORD_TOKEN." placeholder:"ID"`
}

// Help is printed below the synopsis of authfix manifest discord --help.
func (manifestDiscordCommand) Help() string {
	return `Reads the settings of serve: DISCORD_FORUM_TAGS adds a permission, DISCORD_MESSAGE_CONTENT=off leaves out an intent, DISCORD_PUBLIC_KEY and AUTHFIX_PUBLIC_URL give the address for interactions. docs/discord.md leads from here to the first answer.

    DISCORD_TOKEN=… authfix manifest discord
    authfix manifest discord --client-id 112233445566778899`
}

func (c *manifestDiscordCommand) Run(p *program) error {
	settings, err := p.config()
	if err != nil {
		return err
	}
	text, err := discord.Manifest{Application: c.ClientID, Config: settings.Discord, PublicURL: settings.PublicURL}.Text()
	if err != nil {
		return err
	}
	fmt.Fprint(p.stdout, text)
	return nil
}
