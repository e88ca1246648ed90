-- The language server of autofix, as Neovim 0.11 finds it for vim.lsp.enable("autofix").
return {
  cmd = { "autofix", "lsp" },
  filetypes = { "python" },
  root_markers = { "pyproject.toml", "setup.py", ".git" },
  init_options = {
    -- Folders whose models may be run without asking; elsewhere nothing runs until you say :AutofixTrust.
    -- trusted = { "~/work" },
  },
  -- Names and defaults: docs/lsp.md, "Settings".
  settings = { autofix = { run = "onSave" } },
}
