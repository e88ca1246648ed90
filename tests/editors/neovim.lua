-- Repairs the file that is open through Neovim's own client, as a user would, and writes down what was seen.
-- Started by test_editors.py with AUTOFIX_STEPS naming the file for the result.

local seen = {}

local function write_down()
  vim.fn.writefile({ vim.fn.json_encode(seen) }, vim.env.AUTOFIX_STEPS)
end

local function give_up(what)
  seen.missing = what
  write_down()
  vim.cmd("cquit")
end

-- vim.wait handles the messages of the server while it waits.
local function expect(what, condition)
  if not vim.wait(30000, condition, 20) then
    give_up(what)
  end
end

local function shown()
  return vim.tbl_map(function(one)
    return { line = one.lnum + 1, column = one.col, code = one.code, source = one.source, severity = one.severity, message = one.message }
  end, vim.diagnostic.get(0))
end

local function faults()
  return #vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR })
end

local function modified()
  return vim.fn.getbufinfo({ bufmodified = 1 })
end

local function clients()
  return (vim.lsp.get_clients or vim.lsp.buf_get_clients)(vim.lsp.get_clients and { bufnr = 0 } or 0)
end

seen.version = tostring(vim.version().major) .. "." .. vim.version().minor .. "." .. vim.version().patch
expect("a client that is attached", function()
  return #vim.tbl_values(clients()) > 0
end)

-- Nothing may run before the folder is trusted.
vim.wait(1500, function()
  return faults() > 0
end, 50)
seen.before_trust = shown()

vim.cmd("AutofixTrust")
expect("the diagnostic", function()
  return faults() > 0
end)
seen.fault = shown()

-- The first choice is what a user gets who presses return.
vim.ui.select = function(items, options, chosen)
  seen.titles = vim.tbl_map(options.format_item, items)
  chosen(items[1], 1)
end
local fault = vim.diagnostic.get(0, { severity = vim.diagnostic.severity.ERROR })[1]
vim.api.nvim_win_set_cursor(0, { fault.lnum + 1, fault.col })
local only = { "quickfix" }
vim.lsp.buf.code_action(vim.fn.has("nvim-0.8") == 1 and { context = { only = only } } or { only = only })
expect("the edit", function()
  return #modified() > 0
end)

vim.cmd("silent wall")
expect("the diagnostic to go", function()
  return #vim.diagnostic.get(0) == 0
end)
seen.after = shown()
write_down()

for _, client in pairs(clients()) do
  client.stop()
end
vim.wait(3000, function()
  return #vim.tbl_values(clients()) == 0
end, 20)
vim.cmd("qall!")
