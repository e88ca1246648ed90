-- Starts the language server for Python files, and adds its commands.
--
-- Neovim 0.11 starts it by itself; older ones (0.7 and up) are told here, from the same description in lsp/autofix.lua.
if vim.g.loaded_autofix then
  return
end
vim.g.loaded_autofix = true

local NAME = "autofix"

local function root_of(file, markers)
  for _, marker in ipairs(markers) do
    local folder = vim.fn.fnamemodify(file, ":p:h")
    local found = vim.fn.finddir(marker, folder .. ";")
    if found == "" then
      found = vim.fn.findfile(marker, folder .. ";")
    end
    if found ~= "" then
      return (vim.fn.fnamemodify(found, ":p"):gsub("/$", ""):gsub("/[^/]*$", ""))
    end
  end
  return vim.fn.fnamemodify(file, ":p:h")
end

local function start_by_hand()
  local config = dofile(vim.api.nvim_get_runtime_file("lsp/autofix.lua", false)[1])
  config = vim.tbl_deep_extend("force", config, vim.g.autofix or {})
  -- These clients are not asked for their settings, so they say them when they start.
  config.init_options.settings = config.settings.autofix
  local clients = {}
  vim.api.nvim_create_autocmd("FileType", {
    pattern = config.filetypes,
    callback = function(event)
      local file = vim.api.nvim_buf_get_name(event.buf)
      if file == "" or vim.bo[event.buf].buftype ~= "" then
        return
      end
      local root = root_of(file, config.root_markers)
      if not (clients[root] and vim.lsp.get_client_by_id(clients[root])) then
        clients[root] = vim.lsp.start_client(vim.tbl_extend("force", config, { name = NAME, root_dir = root }))
      end
      if clients[root] then
        vim.lsp.buf_attach_client(event.buf, clients[root])
      end
    end,
  })
end

if vim.lsp.config then
  vim.lsp.config(NAME, vim.g.autofix or {})
  vim.lsp.enable(NAME)
else
  start_by_hand()
end

local function ask_server(command, arguments)
  vim.lsp.buf_request(0, "workspace/executeCommand", { command = command, arguments = arguments }, function(failed, answer)
    if failed then
      vim.notify("autofix: " .. failed.message, vim.log.levels.ERROR)
    elseif type(answer) == "table" and answer.message then
      vim.notify("autofix: " .. answer.message)
    elseif type(answer) == "string" then
      vim.notify(answer)
    end
  end)
end

-- :AutofixTrust and its like work on the file of the current buffer.
local ON_FILE = { Check = "runCheck", Alternatives = "showAlternatives", Trust = "trust", Untrust = "untrust" }
for name, command in pairs(ON_FILE) do
  vim.api.nvim_create_user_command("Autofix" .. name, function()
    ask_server("autofix." .. command, { vim.uri_from_bufnr(0) })
  end, {})
end
vim.api.nvim_create_user_command("AutofixSample", function(given)
  ask_server("autofix.setSampleShape", { vim.uri_from_bufnr(0), given.args ~= "" and given.args or nil })
end, { nargs = "?" })
vim.api.nvim_create_user_command("AutofixExplain", function(given)
  ask_server("autofix.explain", { given.args })
end, { nargs = 1 })
vim.api.nvim_create_user_command("AutofixRestart", function()
  ask_server("autofix.restart", {})
end, {})
