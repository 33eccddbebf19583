package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"runtime"
	"strings"
	"syscall"
	"time"

	"authfix/bot/discord"
	"authfix/bot/slack"
	"authfix/bot/terminal"
	"authfix/handlers"
	"authfix/knowledge"
)

type diagnoseCommand struct {
	Text    []string `arg:"" optional:"" help:"The error; without it, --file or standard input."`
	File    string   `help:"Read the paste from this file." type:"path" placeholder:"F"`
	Format  string   `help:"text, json, markdown, or slack or discord: the messages that the platform would get." enum:"text,json,markdown,slack,discord" default:"text"`
	Full    bool     `help:"Print all of the answer: every cause, check, step and source."`
	Dialect []string `help:"Print statements in this dialect: postgres, mysql, oracle, mssql, posix, powershell (repeatable)." enum:"postgres,mysql,oracle,mssql,posix,powershell,curl,jira" placeholder:"D"`
	JSONL   bool     `name:"jsonl" help:"Batch: {\"id\",\"text\"} a line in, one diagnosis a line out."`
	Now     string   `help:"The clock for time arithmetic, RFC 3339 (default: now)." placeholder:"TIME"`
	Why     string   `help:"Say clause by clause why this failure mode did or did not match." placeholder:"ID"`
	Answer  []string `help:"Answer a guided question, QUESTION=VALUE (repeatable); VALUE may be pasted output." placeholder:"Q=V" sep:"none"`
}

// Help is printed below the synopsis of authfix diagnose --help.
func (diagnoseCommand) Help() string {
	return `Paste as much as there is: log lines, the HTTP exchange, what you saw. The exit status is 0 when it is recognised, 1 when not, 2 in trouble.

    authfix diagnose --file atlassian-jira.log
    kubectl logs jira-0 | authfix diagnose --dialect mysql
    authfix diagnose --file jira.log --answer token.kind=ghu
    authfix diagnose --jsonl <pastes.jsonl >diagnoses.jsonl`
}

// maxInput is one byte more than a paste may have, so that the engine sees
// that there was more.
const maxInput = 4<<20 + 1

func (c *diagnoseCommand) Run(p *program) error {
	in, err := c.input(p)
	if err != nil {
		return err
	}
	base, err := p.base()
	if err != nil {
		return err
	}
	if c.JSONL {
		if len(c.Text) > 0 || c.File != "" || c.Why != "" || c.Format != "text" && c.Format != "json" {
			return errors.New("--jsonl reads standard input and writes JSON; give no text, --file, --why or --format with it")
		}
		return batch(p, base, in)
	}
	if in.Text, in.Source.Name, err = c.paste(p); err != nil {
		return err
	}
	look := terminal.Look(p.stdout)
	look.Full, look.Dialects = c.Full, c.Dialect
	if c.Why != "" {
		return c.why(p, base, in, look)
	}
	d, err := base.Diagnose(in)
	if err != nil {
		return err
	}
	switch c.Format {
	case "json":
		err = writeJSON(p.stdout, d)
	case "markdown":
		err = terminal.Markdown(p.stdout, d, look)
	case "slack":
		reply := handlers.Present(&d)
		err = slack.Reply(p.stdout, &reply)
	case "discord":
		var payload string
		if payload, err = discord.Payload(handlers.Present(&d)); err == nil {
			_, err = fmt.Fprintln(p.stdout, strings.TrimRight(payload, "\n"))
		}
	default:
		err = terminal.Diagnosis(p.stdout, d, look)
	}
	if (err == nil || errors.Is(err, syscall.EPIPE)) && !d.Verdict.Spoken() {
		return status(notRecognised)
	}
	return err
}

// input is what the flags say of the diagnosis: the clock and the answers.
func (c *diagnoseCommand) input(p *program) (knowledge.Input, error) {
	in := knowledge.Input{Now: p.now()}
	if c.Now != "" {
		t, err := time.Parse(time.RFC3339, c.Now)
		if err != nil {
			return in, fmt.Errorf("--now %q is no RFC 3339 time, such as 2026-11-25T10:00:00Z", c.Now)
		}
		in.Now = t
	}
	for _, a := range c.Answer {
		fact, value, ok := strings.Cut(a, "=")
		if !ok {
			return in, errors.New("--answer wants QUESTION=VALUE, such as token.kind=ghu")
		}
		in.Answers = append(in.Answers, knowledge.Answer{Fact: fact, Value: value})
	}
	return in, nil
}

// why explains one failure mode; the status is that of its verdict.
func (c *diagnoseCommand) why(p *program, base *knowledge.Base, in knowledge.Input, look terminal.Style) error {
	w, err := base.Why(in, c.Why)
	if err != nil {
		return err
	}
	if c.Format == "json" {
		err = writeJSON(p.stdout, w)
	} else {
		err = terminal.Why(p.stdout, w, look)
	}
	if err == nil && !w.Verdict.Spoken() {
		return status(notRecognised)
	}
	return err
}

// paste reads what is to be diagnosed and says where it came from: the
// arguments, a file or standard input.
func (c *diagnoseCommand) paste(p *program) ([]byte, string, error) {
	switch {
	case len(c.Text) > 0 && c.File != "":
		return nil, "", errors.New("give either text or --file, not both")
	case c.File == "-", c.File == "" && (len(c.Text) == 0 || len(c.Text) == 1 && c.Text[0] == "-"):
		if terminal.Interactive(p.stdin) {
			fmt.Fprintln(p.stderr, "Paste the error, then press "+endOfInput()+".")
		}
		text, err := readPaste(p.stdin)
		return text, "", err
	case c.File == "":
		return []byte(strings.Join(c.Text, " ")), "", nil
	}
	f, err := os.Open(c.File)
	if err != nil {
		return nil, "", fmt.Errorf("--file: %w", err)
	}
	defer f.Close()
	if info, err := f.Stat(); err == nil && info.IsDir() {
		return nil, "", fmt.Errorf("--file %s is a folder; name one file", c.File)
	}
	text, err := readPaste(f)
	return text, c.File, err
}

func readPaste(r io.Reader) ([]byte, error) { return io.ReadAll(io.LimitReader(r, maxInput)) }

func writeJSON(w io.Writer, v any) error {
	e := json.NewEncoder(w)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	return e.Encode(v)
}

// endOfInput is the key that ends what is typed at a terminal.
func endOfInput() string {
	if runtime.GOOS == "windows" {
		return "Ctrl-Z and Enter"
	}
	return "Ctrl-D"
}
