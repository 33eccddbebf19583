package handlers

import (
	"context"
	"strings"

	"authfix/bot"
	"authfix/knowledge"
)

// A Command is something that a person can ask for by name. Help, slash menus,
// the terminal and the documentation read the one list, [Commands].
type Command struct {
	Name    string // one word, lower case
	Summary string // one line, without a full stop
	Usage   string // what follows the name, such as ID or [PRODUCT]; "" for nothing
	Admin   bool   // some of it is for administrators alone
	// Options are what follows the name, one by one, for a platform that has a field
	// for each: what is filled in is put together to args again.
	Options []bot.Option

	// fits reports whether args can be meant for this command, when its name
	// begins a message: "search fails with 401" is a report, no search.
	fits func(args string) bool
	run  func(t *turn, ctx context.Context, args string) error
}

// Commands returns all commands in the order in which help shows them.
func Commands() []Command {
	return []Command{
		{Name: "diagnose", Summary: "say what an error means: cause, query, fix", Usage: "TEXT", fits: some, run: (*turn).diagnoseCommand,
			Options: []bot.Option{
				{Name: "text", Summary: "the error; without it, and without a file, a form opens for many lines"},
				{Name: "file", Summary: "a log file: .log, .txt, .json, .gz or .zip", File: true}}},
		{Name: "answer", Summary: "answer the open question, also by pasting a query's output", Usage: "QUESTION=VALUE", fits: some, run: (*turn).answerCommand,
			Options: []bot.Option{{Name: "answer", Summary: "the value, QUESTION=VALUE, or what the query printed", Required: true}}},
		{Name: "explain", Summary: "explain a concept: 3LO, 2LO, impersonation, token prefixes, DEBUG logging", Usage: "[CONCEPT]", fits: words(0, 4), run: (*turn).explainCommand,
			Options: []bot.Option{{Name: "concept", Summary: "its name; without one they are listed", Suggest: true}}},
		{Name: "show", Summary: "show one failure mode whole, or which there are", Usage: "[ID]", fits: words(0, 1), run: (*turn).showCommand,
			Options: []bot.Option{{Name: "id", Summary: "its id, as answers have it below; without one the areas are listed", Suggest: true}}},
		{Name: "search", Summary: "search the failure modes", Usage: "WORDS", fits: words(1, 8), run: (*turn).searchCommand,
			Options: []bot.Option{{Name: "words", Summary: "a product, an error code, words of the message", Required: true}}},
		{Name: "logs", Summary: "say where a product writes its logs", Usage: "[PRODUCT]", fits: words(0, 3), run: (*turn).logsCommand,
			Options: []bot.Option{{Name: "product", Summary: "the product; without one all are listed", Suggest: true}}},
		{Name: "triage", Summary: "read this channel unasked, or not; how loud, when, and whom to hand cases to", Usage: "on | off | status | SETTING VALUE", Admin: true, fits: words(0, 12), run: (*turn).triageCommand,
			Options: []bot.Option{
				{Name: "setting", Summary: "on, off, status, or what is to be set", Required: true, Choices: triageWords()},
				{Name: "value", Summary: "what it is set to", Suggest: true},
				{Name: "person", Summary: "of escalate: who gets cases and surges", Person: true},
				{Name: "channel", Summary: "of escalate: the channel that gets cases and surges", Channel: true}}},
		{Name: "share", Summary: "show your last private answer to the channel", fits: words(0, 0), run: (*turn).shareCommand},
		{Name: "feedback", Summary: "say whether the answer helped", Usage: "helped | unhelped | wrong", fits: words(1, 3), run: (*turn).feedbackCommand,
			Options: []bot.Option{{Name: "value", Summary: "what you say of it", Required: true, Choices: []string{pressHelped, pressUnhelped, pressWrong}}}},
		{Name: "resolve", Summary: "mark the case as resolved", fits: words(0, 0), run: (*turn).resolveCommand},
		{Name: "escalate", Summary: "hand the case to this channel's people, with the evidence", fits: words(0, 0), run: (*turn).escalateCommand},
		{Name: "stats", Summary: "cases, what was known, what helped: this week against last", fits: words(0, 1), run: (*turn).statsCommand,
			Options: []bot.Option{{Name: "span", Summary: "the last 7 or the last 30 days; without it the last 7", Choices: []string{"week", "month"}}}},
		{Name: "forget", Summary: "delete what is stored of a message or of you", Usage: "this | me", Admin: true, fits: words(1, 2), run: (*turn).forgetCommand,
			Options: []bot.Option{
				{Name: "what", Summary: "this thread's message, you, or a message or person that you name", Required: true, Choices: []string{"this", "me", "message", "person"}},
				{Name: "which", Summary: "of message: its id"},
				{Name: "whom", Summary: "of person: who; for administrators", Person: true}}},
		{Name: "help", Summary: "list the commands", fits: words(0, 1), run: (*turn).helpCommand,
			Options: []bot.Option{{Name: "command", Summary: "the one to show; without it all are listed", Suggest: true}}},
	}
}

// triageWords are the words that can follow triage.
func triageWords() []string {
	all := []string{"on", "off", "status"}
	for _, s := range policySettings() {
		all = append(all, s.name)
	}
	return all
}

// maxMenu is how many choices an option may have: more are suggested as they are
// typed. It is Discord's bound.
// https://docs.discord.com/developers/interactions/application-commands#application-command-object-application-command-option-structure
const maxMenu = 25

// Menu returns all commands for a platform's menu. The products of logs are
// those that the base knows now.
func (d *Desk) Menu() []bot.Command {
	return menu(d.base.Load())
}

func menu(base *knowledge.Base) []bot.Command {
	var all []bot.Command
	for _, c := range Commands() {
		one := bot.Command{Name: c.Name, Summary: c.Summary, Usage: c.Usage, Admin: c.Admin, Options: c.Options}
		if c.Name == "logs" {
			if products, _ := base.Logs(""); len(products) > 0 && len(products) <= maxMenu {
				o := bot.Option{Name: c.Options[0].Name, Summary: c.Options[0].Summary}
				for _, p := range products {
					o.Choices = append(o.Choices, p.Name)
				}
				one.Options = []bot.Option{o}
			}
		}
		all = append(all, one)
	}
	return all
}

func some(args string) bool { return strings.TrimSpace(args) != "" }

// words accepts one line of so many words, none of which looks like a piece of a
// log.
func words(least, most int) func(string) bool {
	return func(args string) bool {
		if strings.Contains(strings.TrimSpace(args), "\n") || len(args) > 200 {
			return false
		}
		n := len(strings.Fields(args))
		return least <= n && n <= most
	}
}

// spoken finds the command that a message consists of.
func (d *Desk) spoken(text string) (c *Command, args string, ok bool) {
	text = strings.TrimSpace(text)
	name, args, _ := strings.Cut(text, " ")
	if i := strings.IndexAny(name, "\n\t"); i >= 0 {
		name, args = text[:i], text[i:]
	}
	if c = d.command(strings.TrimPrefix(strings.ToLower(name), "/")); c != nil && c.fits(args) {
		return c, strings.TrimSpace(args), true
	}
	return nil, "", false
}

func (d *Desk) command(name string) *Command {
	for i := range d.commands {
		if d.commands[i].Name == name {
			return &d.commands[i]
		}
	}
	return nil
}

// commanded decides about a command, a form that was filled in or a shortcut.
func (t *turn) commanded(ctx context.Context) error {
	t.out.Ack.Later = true
	if limited, err := t.limit(); limited || err != nil {
		return err
	}
	if t.m.Command != "" {
		c := t.desk.command(t.m.Command)
		if c == nil {
			return &UserError{Message: "There is no command " + clip(t.m.Command, maxLabel) + ".", Hint: "help lists the commands."}
		}
		return t.run(ctx, c, strings.TrimSpace(t.m.Text))
	}
	if strings.TrimSpace(t.m.Text) == "" && len(t.m.Files) == 0 {
		t.out.Ack = bot.Ack{Form: &bot.Form{ID: "diagnose", Title: say.formTitle, Label: say.formLabel, Hint: say.formHint}}
		t.decide(replied)
		return nil
	}
	if c, args, ok := t.desk.spoken(t.m.Text); ok {
		return t.run(ctx, c, args)
	}
	return t.diagnoseCommand(ctx, t.m.Text)
}

// run runs a command.
func (t *turn) run(ctx context.Context, c *Command, args string) error {
	t.decide(replied)
	return c.run(t, ctx, args)
}

func (t *turn) diagnoseCommand(ctx context.Context, args string) error {
	if len(t.m.Files) > 0 {
		if err := t.attach(true); err != nil {
			return err
		}
		return t.beside(ctx, args)
	}
	if strings.TrimSpace(args) == "" {
		return &UserError{Message: "There is no text to diagnose.", Hint: "Write it behind the command, or use the command alone for a form."}
	}
	t.m.Text = args
	return t.diagnose(ctx, true)
}

// respond says r to whoever asked: a command's answer is private, a
// mention's stands in the thread. One to both is said to the person, and when
// nobody else sees that, to the channel as well.
func (t *turn) respond(r bot.Reply) error {
	if row := t.rec.Message; row != nil {
		row.Spoken = true
	}
	both := r.Audience == bot.ToBoth
	if _, err := t.sayOrTell(r, ""); err != nil || !both || !t.rec.Outgoing[len(t.rec.Outgoing)-1].Private {
		return err
	}
	_, err := t.say(r, "")
	return err
}

// requireAdmin refuses whoever is no administrator.
func (t *turn) requireAdmin(ctx context.Context) error {
	if t.desk.role(ctx, t.m) < bot.Admin {
		return &UserError{Message: say.notAdmin, Hint: say.notAdminHint}
	}
	return nil
}
