// Authfix says what a pasted integration error means: the cause, a diagnosis
// query filled in from the paste, and the fix.
package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/alecthomas/kong"

	"authfix/knowledge"
)

// Exit statuses, as grep has them.
const (
	recognised    = 0
	notRecognised = 1
	trouble       = 2
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	status := run(ctx, os.Args[1:], os.Stdin, os.Stdout, os.Stderr)
	stop()
	os.Exit(status)
}

// commands is the command line's grammar; each command has a file of its own.
type commands struct {
	Diagnose diagnoseCommand `cmd:"" help:"Say what a pasted error means: cause, query, fix."`
	Show     showCommand     `cmd:"" help:"Print one failure mode whole."`
	Search   searchCommand   `cmd:"" help:"Search the failure modes by words."`
	List     listCommand     `cmd:"" help:"List the failure modes."`
	Logs     logsCommand     `cmd:"" help:"Say where a product writes its logs."`
	Explain  explainCommand  `cmd:"" help:"Explain a concept: 3LO, 2LO, impersonation, token prefixes, DEBUG …"`
	Check    checkCommand    `cmd:"" help:"Load and validate failure modes, and run every example against every one."`
	New      newCommand      `cmd:"" help:"Write a ready-to-edit failure mode."`
	Config   configCommand   `cmd:"" help:"Print the effective configuration, secrets hidden."`
	Version  versionCommand  `cmd:"" help:"Print the version."`
}

// program is what commands share: the streams, the configuration and the
// knowledge base, which is loaded when first asked for.
type program struct {
	ctx            context.Context
	stdin          io.Reader
	stdout, stderr io.Writer
	now            func() time.Time
	config         config
}

// A status ends the program with a number and no further word.
type status int

func (s status) Error() string { return fmt.Sprintf("exit status %d", int(s)) }

// run is the program but for os.Exit.
func run(ctx context.Context, args []string, stdin io.Reader, stdout, stderr io.Writer) (code int) {
	var c commands
	exited := -1
	parser, err := kong.New(&c, kong.Name("authfix"), kong.Writers(stdout, stderr), kong.Exit(func(n int) { exited = n }),
		kong.Description("Paste an error; get the cause, a diagnosis query filled in from the paste, and the fix."),
		kong.UsageOnError(), kong.ConfigureHelp(kong.HelpOptions{Compact: true}))
	if err != nil {
		fmt.Fprintln(stderr, "authfix:", err)
		return trouble
	}
	if len(args) == 0 {
		args = []string{"--help"}
	}
	parsed, err := parser.Parse(args)
	if exited >= 0 {
		return exited
	}
	if err != nil {
		fmt.Fprintf(stderr, "authfix: %v\nTry 'authfix --help'.\n", err)
		return trouble
	}
	p := &program{ctx: ctx, stdin: stdin, stdout: stdout, stderr: stderr, now: time.Now}
	if p.config, err = readConfig(os.Getenv, os.Environ()); err == nil {
		err = parsed.Run(p)
	}
	var s status
	switch {
	case err == nil:
		return recognised
	case errors.As(err, &s):
		return int(s)
	}
	fmt.Fprintln(stderr, "authfix:", err)
	return trouble
}

// base loads the built-in failure modes and the team's own over them.
func (p *program) base() (*knowledge.Base, error) {
	b, err := knowledge.Builtin()
	if err != nil || p.config.FailureModes == "" {
		return b, err
	}
	s, err := knowledge.LoadOver(b, p.config.FailureModes)
	if err != nil {
		return nil, fmt.Errorf("AUTHFIX_FAILURE_MODES:\n%w", err)
	}
	return b.With(s)
}
